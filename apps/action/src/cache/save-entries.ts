import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { CacheClient } from './cache-client.ts';
import { entryFolder } from './cache-entries.ts';
import { startDeadline } from './deadline.ts';
import type { SavePlan } from './save-plan.ts';
import { writeArchive } from './write-archive.ts';

export interface SaveOptions {
  readonly client: CacheClient;
  /** An own folder for archives; it is removed afterwards. */
  readonly temp: string;
  /** Seconds for everything but the bytes, which take their time. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  readonly warn: (message: string) => void;
}

/** Bytes a second at which packing and uploading still counts as going on. */
const slowest = 4 * 1024 ** 2;

/**
 * Saves entries, one after the other. One that cannot be saved is warned of, and when it was the service's fault, the others are left. Rejects only
 * when cancelled.
 */
export async function saveEntries({ entries }: SavePlan, options: SaveOptions): Promise<{ readonly saved: number }> {
  const { client, temp, timeout, signal, log, warn } = options;
  const time = startDeadline(timeout + entries.reduce((sum, { bytes }) => sum + bytes, 0) / slowest, signal);
  let saved = 0;
  mkdirSync(temp, { recursive: true });
  try {
    for (const { shard, key, objects } of entries) {
      const archive = join(temp, `${shard}.tzst`);
      let isPacked = false;
      const pack = async (): Promise<void> => {
        await writeArchive(archive, entryFolder(shard), objects);
        isPacked = true;
      };
      try {
        const outcome = await time.within(client.save({ shard, key }, archive, pack));
        if (outcome === 'denied') {
          log('This run may not write to the Actions cache; nothing is saved.');
          return { saved };
        }
        log(outcome === 'saved' ? `Saved ${key}` : `${key} was saved by another run`);
        if (outcome === 'saved') saved += 1;
      } catch (error) {
        signal.throwIfAborted();
        warn(`The entry ${key} was not saved in the Actions cache: ${error instanceof Error ? error.message : String(error)}`);
        // What went wrong before or behind the packing is the service's own, and the next entry would fare no better.
        if (isPacked || !(error instanceof Error && /has changed|ENOENT/u.test(error.message))) return { saved };
      } finally {
        rmSync(archive, { force: true });
      }
    }
    return { saved };
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}
