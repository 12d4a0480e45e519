import { isStorageError } from '@datapin/storage';

import type { DriveClient } from './drive-client.ts';

/** Ids fetched in one request. */
const idsAtOnce = 200;

/** Ids for files that are yet to be made. */
export interface IdPool {
  /** An id, or nothing where the server gives none out: then a create cannot be repeated blindly. */
  take(): Promise<string | undefined>;
}

/** Fetches ids in bulk, when the first is wanted and whenever they run out. */
export function createIdPool(client: Pick<DriveClient, 'newIds'>, signal: AbortSignal): IdPool {
  let ids: string[] = [];
  let refill: Promise<void> | undefined;
  let unsupported = false;

  async function fetchIds(): Promise<void> {
    try {
      ids = [...ids, ...(await client.newIds(idsAtOnce, signal))];
      unsupported = ids.length === 0;
    } catch (error) {
      const isRefusal = isStorageError(error) && ['not-found', 'unsupported', 'invalid-request'].includes(error.code);
      if (!isRefusal) throw error;
      unsupported = true;
    }
  }

  return {
    async take() {
      while (ids.length === 0 && !unsupported) {
        refill ??= fetchIds().finally(() => {
          refill = undefined;
        });
        await refill;
      }
      return ids.pop();
    },
  };
}
