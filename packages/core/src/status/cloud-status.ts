import type { Cache } from '../cache/cache.ts';
import { openCache } from '../cache/file-cache.ts';
import type { OperationContext } from '../events.ts';
import { objectKey } from '../hashing/object-id.ts';
import { displayPath } from '../project/display-path.ts';
import type { Project } from '../project/project.ts';
import { readRepository } from '../project/read-repository.ts';
import { isRepoImport } from '../project/stage.ts';
import type { SelectedOutput } from '../project/target.ts';
import { isElsewhere, remoteNameOf } from '../transfer/bring-outputs.ts';
import { downloadObjects } from '../transfer/download-objects.ts';
import { pinnedContent } from '../transfer/pinned-content.ts';
import { queryRemote } from '../transfer/query-remote.ts';
import { type RemotePool, remotePool } from '../transfer/remote-pool.ts';
import { selectForTransfer } from '../transfer/select-for-transfer.ts';
import { distinct, type WantedObject } from '../transfer/wanted-object.ts';
import { refuseVersionAware } from './refuse-version-aware.ts';
import { warnOfAbsentFolder } from './warn-of-absent-folder.ts';

export interface CloudStatusRequest {
  readonly targets: readonly string[];
  readonly withDeps: boolean;
  readonly recursive: boolean;
  readonly remote: string | undefined;
  readonly jobs: number | undefined;
  readonly allBranches: boolean;
  readonly allTags: boolean;
  readonly allCommits: boolean;
}

/** Path → `new` (in the cache only), `deleted` (on the remote only), `missing` (neither). Paths are relative to `project.cwd`, as DVC prints them. */
export type CloudStatusResult = ReadonlyMap<string, 'new' | 'deleted' | 'missing'>;

/** See `cloudStatus` of the operations. */
export async function compareWithRemote(
  project: Project,
  request: CloudStatusRequest,
  context: OperationContext,
): Promise<CloudStatusResult> {
  const selection = await selectForTransfer(readRepository(project), request);
  const pushable = selection.filter(
    ({ output }) =>
      output.record.cache && output.record.push && !output.external && !isRepoImport(output.stage) && !isElsewhere(output, request.remote),
  );
  using cache = openCache(project.config.cache);
  await using pool = remotePool(project, context, { jobs: request.jobs });
  const result = new Map<string, 'new' | 'deleted' | 'missing'>();
  for (const [name, outputs] of Map.groupBy(pushable, ({ output }) => remoteNameOf(output, request.remote))) {
    const remote = await pool.get(name);
    refuseVersionAware(remote);
    await bringDirectories({ outputs, remote: name, pool, cache }, context);
    const objects = await objectsOf(outputs, cache);
    const wanted = distinct(objects).map(({ id }) => id);
    const found = await queryRemote(remote, wanted, context);
    await warnOfAbsentFolder(remote, { wanted, found }, context);
    for (const { id, path } of objects) {
      const [here, there] = [cache.has(id), found.has(objectKey(id))];
      if (!here || !there) result.set(displayPath(project, path), here ? 'new' : there ? 'deleted' : 'missing');
    }
  }
  return result;
}

/** The files of a directory are only known with its list, which the cache may lack. One that the remote lacks too is found missing later. */
async function bringDirectories(
  {
    outputs,
    remote,
    pool,
    cache,
  }: { readonly outputs: readonly SelectedOutput[]; readonly remote: string | undefined; readonly pool: RemotePool; readonly cache: Cache },
  context: OperationContext,
): Promise<void> {
  const wanted: WantedObject[] = [];
  for (const selected of outputs) {
    const content = await pinnedContent(selected, cache);
    if (content?.directory !== undefined && content.files === undefined) wanted.push(content.directory);
  }
  if (wanted.length > 0) await downloadObjects(pool, remote, distinct(wanted), { cache, context });
}

async function objectsOf(outputs: readonly SelectedOutput[], cache: Cache): Promise<readonly WantedObject[]> {
  const objects: WantedObject[] = [];
  for (const selected of outputs) {
    const content = await pinnedContent(selected, cache);
    if (content?.directory !== undefined) objects.push(content.directory);
    for (const file of content?.files ?? []) objects.push(file);
  }
  return objects;
}
