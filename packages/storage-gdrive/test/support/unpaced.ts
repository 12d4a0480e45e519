import type { StoragePlugin } from '@datapin/storage';

import { openGdriveStorage } from '../../src/gdrive-storage.ts';

/** The plugin without its pauses between requests, for tests that are not about them. */
export function unpaced(plugin: StoragePlugin): StoragePlugin {
  const pacer = { turn: async (signal?: AbortSignal) => signal?.throwIfAborted(), refused: () => undefined };
  return { ...plugin, open: (remote, host) => openGdriveStorage(remote, host, pacer) };
}
