import { openCache } from '../cache/file-cache.ts';
import type { OperationContext } from '../events.ts';
import type { GitStatus } from '../project/git.ts';
import { displayPath } from '../project/display-path.ts';
import type { Project } from '../project/project.ts';
import { readRepository } from '../project/read-repository.ts';
import { type ChangeLists, listChanges, type DataChanges } from '../status/change-lists.ts';
import { type DataEntry, indexPinned } from '../status/data-index.ts';
import { diffIndexes, type DiffOptions } from '../status/diff-index.ts';
import { indexHead } from '../status/head-index.ts';
import { pathFilter, type SubtreeFilter } from '../status/path-filter.ts';
import { indexWorkTree } from '../status/work-tree-index.ts';
import { openState } from '../state/sqlite-state.ts';

export type { DataChanges } from '../status/change-lists.ts';

export interface DataStatusRequest {
  readonly targets: readonly string[];
  readonly granular: boolean;
  readonly unchanged: boolean;
  readonly untrackedFiles: boolean;
  readonly notInRemote: boolean;
  readonly noRemoteRefresh: boolean;
  readonly remote: string | undefined;
}

/** Paths relative to the project root, directories with a trailing `/`; only `untracked` is relative to `project.cwd`, as DVC has it. */
export interface DataStatusResult {
  readonly notInCache: readonly string[];
  readonly notInRemote: readonly string[];
  /** HEAD's metafiles against the work tree's. */
  readonly committed: DataChanges;
  /** The work tree's metafiles against its files. */
  readonly uncommitted: DataChanges;
  readonly untracked: readonly string[];
  /** Empty unless asked for. */
  readonly unchanged: readonly string[];
  /** What git itself has to say: for the hint lines of the text output. */
  readonly git: { readonly isEmpty: boolean; readonly isDirty: boolean };
}

/**
 * The state of tracked data in two steps, HEAD → metafiles → files (DVC: `repo/data.py`). A target that is not tracked selects nothing.
 * Rejects with `invalid-metafile`, what hashing rejects with, and for `notInRemote` with a remote's failure.
 */
export async function dataStatus(project: Project, request: DataStatusRequest, context: OperationContext): Promise<DataStatusResult> {
  // Git looks at the work tree while we do.
  const gitStatus = watched(project.git?.status({ untracked: request.untrackedFiles }));
  const head = watched(project.git?.head());
  using cache = openCache(project.config.cache);
  using state = openState(project.tmpDir);
  const includes = pathFilter(project, request.targets);
  const options: DiffOptions = { shallow: !request.granular, compareKinds: false, ...(includes ? { includes } : {}) };

  const view = readRepository(project);
  const stages = await view.stages();
  const outputs = stages.flatMap((stage) => stage.outs).filter(({ path }) => includes?.(path, 'or above') !== false);
  const pinned = indexPinned(outputs, cache);

  const uncommitted = listChanges();
  const notInCache: string[] = [];
  await diffIndexes({ old: pinned, now: await indexWorkTree(outputs, { view, state }, context) }, options, (change) => {
    uncommitted.add(change);
    if (change.old?.id && !cache.has(change.old.id)) notInCache.push(printed(change.old));
  });

  const committed = project.git && listChanges();
  const commit = await head;
  if (committed) {
    const old = commit === undefined ? new Map() : await indexHead(project, { commit, includes, cache });
    await diffIndexes({ old, now: pinned }, options, committed.add);
  }
  const git = (await gitStatus) ?? { dirty: false, untracked: [] };
  return {
    notInCache,
    notInRemote: request.notInRemote ? await notInRemote() : [],
    committed: (committed ?? listChanges()).changes,
    uncommitted: uncommitted.changes,
    untracked: untrackedPaths(project, git, includes),
    unchanged: request.unchanged ? unchangedPaths(uncommitted, committed) : [],
    git: { isEmpty: project.git !== undefined && commit === undefined, isDirty: git.dirty },
  };

  async function notInRemote(): Promise<readonly string[]> {
    const { entriesNotInRemote } = await import('../status/not-in-remote.ts');
    const { granular, remote } = request;
    return (await entriesNotInRemote(project, { outputs, cache, granular, remote, includes }, context)).map(printed);
  }
}

/** A promise that is awaited later must not count as unhandled meanwhile. */
function watched<T>(promise: Promise<T> | undefined): Promise<T> | undefined {
  promise?.catch(() => {});
  return promise;
}

function printed({ path, isDir }: DataEntry): string {
  return isDir ? `${path}/` : path;
}

/** What has not changed in either step. Without git there is only one. */
function unchangedPaths(uncommitted: ChangeLists, committed: ChangeLists | undefined): readonly string[] {
  if (!committed) return [...uncommitted.unchanged];
  return [...uncommitted.unchanged].filter((path) => committed.unchanged.has(path));
}

/** Git names files from its own root; those outside of the project are not ours to show. */
function untrackedPaths(project: Project, { untracked }: GitStatus, includes: SubtreeFilter | undefined): readonly string[] {
  const prefix = project.git && project.root !== project.git.workTree ? `${project.root.slice(project.git.workTree.length + 1)}/` : '';
  return untracked
    .filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length))
    .filter((path) => includes?.(path) !== false)
    .map((path) => displayPath(project, path));
}
