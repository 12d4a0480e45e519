import { describeStorage, memoryPlugin } from '../src/index.ts';

let remotes = 0;

describeStorage('memory', {
  plugin: memoryPlugin(),
  start: async () => ({
    emptyRemote: async () => ({ url: `memory://remote-${(remotes += 1)}/some/prefix` }),
    refusedRemote: async () => ({ url: 'memory://refused', options: { access: 'refused' } }),
    unreachableRemote: async () => ({ url: 'memory://unreachable', options: { access: 'unreachable' } }),
    [Symbol.asyncDispose]: async () => {},
  }),
});
