import { openCache } from '../cache/file-cache.ts';
import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import type { Project } from '../project/project.ts';
import { readRepository } from '../project/read-repository.ts';
import { isRepoImport, type Output } from '../project/stage.ts';
import { isElsewhere, remoteNameOf } from '../transfer/bring-outputs.ts';
import type { MissingObject } from '../transfer/missing-object.ts';
import { pinnedContent } from '../transfer/pinned-content.ts';
import { findRemote } from '../config/find-remote.ts';
import { remotePool } from '../transfer/remote-pool.ts';
import { selectForTransfer } from '../transfer/select-for-transfer.ts';
import { type DirectoryUpload, uploadObjects } from '../transfer/upload-objects.ts';
import type { WantedObject } from '../transfer/wanted-object.ts';
import { type TransferRequest, withGlobs } from './fetch.ts';

export type PushRequest = TransferRequest;

export interface PushResult {
  /** Objects uploaded, directory objects included. */
  readonly pushed: number;
  readonly bytes: number;
  /** Neither in the cache nor on the remote (DVC warns and goes on). */
  readonly missing: readonly MissingObject[];
  /** Could not be uploaded. */
  readonly failed: readonly MissingObject[];
}

/** Uploads what the remote lacks: files first, each directory object once all of its files are there. */
export async function push(project: Project, request: PushRequest, context: OperationContext): Promise<PushResult> {
  if (request.remote !== undefined) findRemote(project.config, request.remote);
  const selection = await selectForTransfer(readRepository(project), withGlobs(request, project));
  using cache = openCache(project.config.cache);
  await using pool = remotePool(project, context, { jobs: request.jobs });

  const toPush = selection.filter(({ output }) => isPushed(output) && !isElsewhere(output, request.remote));
  // Nothing to push is no success either when there is nowhere to push to (as with DVC).
  if (toPush.length === 0) findRemote(project.config, request.remote);
  const sum = { pushed: 0, bytes: 0, missing: new Array<MissingObject>(), failed: new Array<MissingObject>() };
  for (const [name, outputs] of Map.groupBy(toPush, ({ output }) => remoteNameOf(output, request.remote))) {
    const remote = await pool.get(name);
    if (remote.versionAware) {
      throw new DatapinError('unsupported', `remote '${remote.name}' is version-aware: pushing to it is not supported yet`, {
        hint: 'Push with DVC, or to a remote without `version_aware` and `worktree`.',
      });
    }
    const directories: DirectoryUpload[] = [];
    const files: WantedObject[] = [];
    for (const selected of outputs) {
      const content = await pinnedContent(selected, cache);
      // A part of a directory goes up without the directory object, which stands for all of it.
      if (content?.directory !== undefined && selected.within === undefined)
        directories.push({ directory: content.directory, files: content.files });
      else files.push(...(content?.files ?? []));
    }
    const outcome = await uploadObjects(remote, cache, { directories, files }, context);
    sum.pushed += outcome.pushed;
    sum.bytes += outcome.bytes;
    sum.missing.push(...outcome.missing);
    sum.failed.push(...outcome.failed);
  }
  return sum;
}

/** Imported repositories' data is fetched from there again; `push: false` says what it says; `files` belong to version-aware remotes. */
function isPushed(output: Output): boolean {
  return (
    output.record.cache && output.record.push && output.id !== undefined && output.record.files === undefined && !isRepoImport(output.stage)
  );
}
