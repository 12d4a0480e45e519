import { describeStorage } from '@datapin/storage-testkit';

import plugin from '../src/index.ts';

let remotes = 0;

describeStorage('{{scheme}}', {
  plugin,
  // start your real store here: a server process, a container, a fresh bucket
  start: async () => ({
    emptyRemote: async () => ({ url: `{{scheme}}://host/remote-${(remotes += 1)}`, options: { token: 'a-secret-token' } }),
    refusedRemote: async () => ({ url: '{{scheme}}://host/remote', options: { token: 'wrong' } }),
    unreachableRemote: async () => ({ url: '{{scheme}}://unreachable/remote', options: { token: 'a-secret-token' } }),
    secrets: ['a-secret-token'],
    [Symbol.asyncDispose]: async () => {},
  }),
  // promises that the store cannot keep, each with the reason: 'keys/letter-case': 'the store does not tell upper from lower case'
  deviations: {},
});
