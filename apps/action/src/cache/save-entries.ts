import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

import { formatBytes } from '../format-bytes.ts';
import type { CacheClient } from './cache-client.ts';
import { entryFolder } from './cache-entries.ts';
import { startDeadline } from './deadline.ts';
import { packArchive, UnusableObject } from './pack-archive.ts';
import type { SavePlan } from './save-plan.ts';

export interface SaveOptions {
  readonly client: CacheClient;
  /** An own folder for archives that have to be files; it is removed afterwards. */
  readonly temp: string;
  /** Seconds for everything but the bytes, which take their time. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  readonly warn: (message: string) => void;
}

/** Bytes a second at which packing and uploading still counts as going on. */
const slowest = 4 * 1024 ** 2;
/** A long upload says how far it is once in so many milliseconds. */
const progressInterval = 10_000;

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
      const file = join(temp, `${shard}.tzst`);
      let told = Date.now();
      const sent = (size: number): void => {
        if (Date.now() - told < progressInterval) return;
        told = Date.now();
        log(`Saving ${key}: ${formatBytes(size)} uploaded`);
      };
      const pack = (): Readable => packArchive(entryFolder(shard), objects);
      try {
        const outcome = await time.within(client.save({ shard, key }, { pack, file, sent }));
        if (outcome === 'denied') {
          log('This run may not write to the Actions cache; nothing is saved.');
          return { saved };
        }
        log(outcome === 'saved' ? `Saved ${key}` : `${key} was saved by another run`);
        if (outcome === 'saved') saved += 1;
      } catch (error) {
        signal.throwIfAborted();
        warn(`The entry ${key} was not saved in the Actions cache: ${error instanceof Error ? error.message : String(error)}`);
        // What else went wrong is the service's own, and the next entry would fare no better.
        if (!(error instanceof UnusableObject)) return { saved };
      } finally {
        rmSync(file, { force: true });
      }
    }
    return { saved };
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}
