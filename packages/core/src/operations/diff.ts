import { openCache } from '../cache/file-cache.ts';
import type { Cache } from '../cache/cache.ts';
import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import type { Project } from '../project/project.ts';
import { readRepository } from '../project/read-repository.ts';
import { noGit, readRepositoryAt } from '../project/read-repository-at.ts';
import type { RepositoryView } from '../project/repository-view.ts';
import { selectTargets } from '../project/select-targets.ts';
import type { Output } from '../project/stage.ts';
import type { SelectedOutput } from '../project/target.ts';
import { openState } from '../state/sqlite-state.ts';
import { type DataEntry, type DataIndex, indexPinned } from '../status/data-index.ts';
import { diffIndexes } from '../status/diff-index.ts';
import { listDifferences, type DiffResult } from '../status/diff-lists.ts';
import { indexWorkTree } from '../status/work-tree-index.ts';

export type { DiffResult } from '../status/diff-lists.ts';

export interface DiffRequest {
  /** Default `HEAD`. */
  readonly from: string | undefined;
  /** Default: the work tree. */
  readonly to: string | undefined;
  readonly targets: readonly string[] | undefined;
  readonly hideMissing: boolean;
}

/**
 * How tracked data differs between two revisions, or between one and the work tree (DVC: `repo/diff.py`). Before the first commit there is nothing to
 * compare. Rejects with `no-git`, `unknown-revision`, `unknown-target` for a target that neither side knows, and what hashing rejects with.
 */
export async function diff(project: Project, request: DiffRequest, context: OperationContext): Promise<DiffResult> {
  const { git } = project;
  if (!git) throw noGit(project);
  const lists = listDifferences();
  if ((await git.head()) === undefined) return lists.sorted();
  const from = await git.resolve(request.from ?? 'HEAD');
  const to = request.to === undefined ? undefined : await git.resolve(request.to);
  if (from === to) return lists.sorted();

  using cache = openCache(project.config.cache);
  const before = await lookAt(await readRepositoryAt(project, from), request.targets);
  const after = await lookAt(to === undefined ? readRepository(project) : await readRepositoryAt(project, to), request.targets);
  for (const [target, error] of after.unknown) if (before.unknown.has(target)) throw error;

  const now = to === undefined ? await indexPresent(after, context) : indexPinned(outputsOf(after), cache);
  const includes = request.targets === undefined ? undefined : selectedPaths([...before.selected, ...after.selected]);
  const options = { shallow: false, compareKinds: true, ...(includes ? { includes } : {}) };
  const looksForMissing = to === undefined && !request.hideMissing;
  await diffIndexes({ old: indexPinned(outputsOf(before), cache), now }, options, (change) => {
    if (isBareFolder(change.old) || isBareFolder(change.new)) return;
    lists.add(change);
    if (looksForMissing && change.old?.hash !== undefined && !isCached(change.old, cache)) lists.addMissing(change.old);
  });
  return lists.sorted();
}

interface Side {
  readonly view: RepositoryView;
  readonly selected: readonly SelectedOutput[];
  /** Targets that were added or removed between the sides. */
  readonly unknown: ReadonlyMap<string, DatapinError>;
}

async function lookAt(view: RepositoryView, targets: readonly string[] | undefined): Promise<Side> {
  const unknown = new Map<string, DatapinError>();
  if (targets === undefined) return { view, selected: (await selectTargets(view, [])).outputs, unknown };
  const selected: SelectedOutput[] = [];
  for (const target of targets) {
    try {
      selected.push(...(await selectTargets(view, [target])).outputs);
    } catch (error) {
      if (!(error instanceof DatapinError) || error.code !== 'unknown-target') throw error;
      unknown.set(target, error);
    }
  }
  return { view, selected, unknown };
}

function outputsOf({ selected }: Side): Set<Output> {
  return new Set(selected.map(({ output }) => output));
}

async function indexPresent(side: Side, context: OperationContext): Promise<DataIndex> {
  using state = openState(side.view.project.tmpDir);
  return indexWorkTree(outputsOf(side), { view: side.view, state }, context);
}

function selectedPaths(selected: readonly SelectedOutput[]): (path: string) => boolean {
  const roots = selected.flatMap(({ output, within }) => within?.map((part) => `${output.path}/${part}`) ?? [output.path]);
  return (path) => roots.some((root) => path === root || path.startsWith(`${root}/`));
}

/** A folder without a pin is no data. */
function isBareFolder(entry: DataEntry | undefined): boolean {
  return entry !== undefined && entry.isDir && entry.hash === undefined;
}

function isCached({ id }: DataEntry, cache: Cache): boolean {
  return id !== undefined && cache.has(id);
}
