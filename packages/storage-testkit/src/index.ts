export { allLies, type Liar, type Lie, lieAbout, lyingPlugin, lyingStorage } from './lying-storage.ts';
export { type MemoryPlugin, memoryPlugin, type MemoryPluginOptions } from './memory-storage.ts';
export { randomBytes, randomNumbers, readAll, type SourceBehaviour, sourceOf } from './bytes.ts';
