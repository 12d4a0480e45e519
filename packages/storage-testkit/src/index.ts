export { allLies, type Liar, type Lie, lieAbout, lyingPlugin, lyingStorage } from './lying-storage.ts';
export { type MemoryPlugin, memoryPlugin, type MemoryPluginOptions } from './memory-storage.ts';
export { randomBytes, randomNumbers, readAll, type SourceBehaviour, sourceOf } from './bytes.ts';
export { allGuarantees, allHttpGuarantees } from './guarantees/all.ts';
export { describeStorage } from './suite/describe-storage.ts';
export type { FullStorage, Guarantee, Trial } from './suite/guarantee.ts';
export {
  defaultLimits,
  type Deviation,
  type StorageUnderTest,
  type SuiteLimits,
  type TestRemote,
  type TestServer,
} from './suite/storage-under-test.ts';
export { openRemote, tryGuarantee } from './suite/try-guarantee.ts';
export { type Fault, type FaultProxy, type FaultTarget, type ProxiedRequest, startFaultProxy } from './fault-proxy.ts';
export { listed, listedKeys } from './suite/expectations.ts';
