import type { Cache } from '../cache/cache.ts';
import type { OperationContext } from '../events.ts';
import { forEachBounded } from './bounded.ts';
import { downloadObject } from './download-object.ts';
import { concernsWholeRemote, endsCommand, type MissingObject, missingObject, toldAlike } from './missing-object.ts';
import { progressCounter, totalSize } from './progress.ts';
import type { RemotePool } from './remote-pool.ts';
import type { Remote } from './remote.ts';
import type { WantedObject } from './wanted-object.ts';

/** What a download did. */
export interface DownloadOutcome {
  readonly fetched: readonly WantedObject[];
  /** Bytes of what came; what had to come twice counts once. */
  readonly bytes: number;
  readonly missing: readonly MissingObject[];
}

export interface DownloadOptions {
  readonly cache: Cache;
  readonly context: OperationContext;
  /** Bytes of all objects together, for who knows that without knowing the size of each. */
  readonly totalBytes?: number | undefined;
  readonly arrived?: (wanted: WantedObject) => void;
}

/** Objects that fail like this in a row, none having come before, end the try: the rest would fail as well. */
const refusalsToBelieve = 8;

/**
 * Brings objects from one remote into the cache, several at once. A failure of one does not stop the others; a failure that concerns
 * the whole remote (no credentials, not reachable) is noted for all that are left. `arrived` is called as soon as an object is in the cache.
 */
export async function downloadObjects(
  pool: RemotePool,
  remoteName: string | undefined,
  objects: readonly WantedObject[],
  options: DownloadOptions,
): Promise<DownloadOutcome> {
  const { cache, context, arrived, totalBytes = totalSize(objects) } = options;
  const fetched: WantedObject[] = [];
  const missing: MissingObject[] = [];
  if (objects.length === 0) return { fetched, bytes: 0, missing };

  let remote: Remote;
  try {
    remote = await pool.get(remoteName);
  } catch (error) {
    return { fetched, bytes: 0, missing: objects.map((wanted) => missingObject(wanted, remoteName, error)) };
  }
  const counter = progressCounter('download', context, remote.name);
  counter.expect(objects.length, totalBytes);
  let verdict: unknown;
  let refusals = 0;
  await forEachBounded(objects, { limit: remote.jobs, signal: context.signal }, async (wanted) => {
    try {
      if (verdict !== undefined) throw verdict;
      await downloadObject(remote, cache, wanted, counter, context);
      fetched.push(wanted);
      arrived?.(wanted);
    } catch (error) {
      context.signal.throwIfAborted();
      if (endsCommand(error)) throw error;
      const failure = missingObject(wanted, remote.name, error);
      missing.push(failure);
      counter.expect(-1, wanted.size === undefined ? undefined : -wanted.size);
      if (failure.reason === 'denied' && fetched.length === 0) refusals += 1;
      if (concernsWholeRemote(error) || refusals >= refusalsToBelieve) verdict ??= error;
    }
  });
  return { fetched, bytes: counter.bytes, missing: toldAlike(missing, verdict) };
}
