import type { Conformance } from '@datapin/storage-testkit';

/** How plain HTTP keeps the contract of storages: what it lacks and where it deviates, with the reasons. */
export const conformance: Conformance = {
  http: true,
  lacks: {
    list: 'plain HTTP has no way to list',
    remove: 'a remote on plain HTTP is never asked to remove: DVC has no such request either',
  },
  deviations: {
    'bodies/stored-encoded': 'a compressed answer is unpacked, because that is what DVC reads, pushes and records from such a server',
  },
};
