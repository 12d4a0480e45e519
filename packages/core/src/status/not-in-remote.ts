import type { Cache } from '../cache/cache.ts';
import type { OperationContext } from '../events.ts';
import { objectKey } from '../hashing/object-id.ts';
import type { Project } from '../project/project.ts';
import { isPartialImport, isRepoImport, type Output } from '../project/stage.ts';
import { queryRemote } from '../transfer/query-remote.ts';
import { remotePool } from '../transfer/remote-pool.ts';
import { remoteNameOf } from '../transfer/bring-outputs.ts';
import { type DataEntry, entriesOf, indexPinned } from './data-index.ts';
import { refuseVersionAware } from './refuse-version-aware.ts';
import { warnOfAbsentFolder } from './warn-of-absent-folder.ts';

export interface NotInRemoteRequest {
  readonly outputs: readonly Output[];
  /** `-r`; outputs that name a remote of their own are looked for there all the same. */
  readonly remote: string | undefined;
  /** Also the files of directories. */
  readonly granular: boolean;
  readonly includes: ((path: string) => boolean) | undefined;
  readonly cache: Cache;
}

/**
 * The pinned entries that are pushable and not on their remote. Of a directory whose list of files is not in the cache only the directory is looked for.
 * Rejects with `no-remote`, `unknown-remote` and what a remote's failure is.
 */
export async function entriesNotInRemote(
  project: Project,
  request: NotInRemoteRequest,
  context: OperationContext,
): Promise<readonly DataEntry[]> {
  // What was imported without being downloaded is not expected on our remote.
  const pushable = request.outputs.filter(({ record, stage }) => record.push && !isRepoImport(stage) && !isPartialImport(stage));
  await using pool = remotePool(project, context, {});
  const missing: DataEntry[] = [];
  for (const [name, outputs] of Map.groupBy(pushable, (output) => remoteNameOf(output, request.remote))) {
    const entries = await entriesToLookFor(outputs, request);
    if (entries.length === 0) continue;
    const remote = await pool.get(name);
    refuseVersionAware(remote);
    const wanted = entries.flatMap(({ id }) => id ?? []);
    const found = await queryRemote(remote, wanted, context);
    await warnOfAbsentFolder(remote, { wanted, found }, context);
    for (const entry of entries) if (entry.id === undefined || !found.has(objectKey(entry.id))) missing.push(entry);
  }
  return missing;
}

async function entriesToLookFor(
  outputs: readonly Output[],
  { cache, granular, includes }: NotInRemoteRequest,
): Promise<readonly DataEntry[]> {
  const entries: DataEntry[] = [];
  const add = (entry: DataEntry): void => {
    if (entry.hash !== undefined && includes?.(entry.path) !== false) entries.push(entry);
  };
  for (const { entry, files } of indexPinned(outputs, cache).values()) {
    add(entry);
    const listed = granular && entry.isDir ? await files() : undefined;
    if (listed) for (const file of entriesOf(entry, listed)) add(file);
  }
  return entries;
}
