import type { Conformance } from '@datapin/storage-testkit';

/** How a folder keeps the storage contract. */
export const conformance: Conformance = {
  lacks: {
    refusedRemote: 'root may do everything, so that needs another user; permissions.test.ts shows it',
    unreachableRemote: 'a folder that is not there is an empty remote to everything but reading: that is how a remote begins',
  },
};
