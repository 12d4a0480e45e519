import { basename, dirname, isAbsolute, join } from 'node:path';

import type { Cache } from '../cache/cache.ts';
import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import type { RecordedHash } from '../formats/metafile.ts';
import { parseParams } from '../formats/params-file.ts';
import { stageChecksum } from '../formats/stage-checksum.ts';
import { isDirectoryId, type ObjectId } from '../hashing/object-id.ts';
import { displayAddress, displayOutput, displayPath } from '../project/display-path.ts';
import type { RepositoryView } from '../project/repository-view.ts';
import { type Dependency, isImport, isRepoImport, type Output, type Stage } from '../project/stage.ts';
import type { State } from '../state/state.ts';
import { hashOutput } from '../workspace/hash-output.ts';
import { indexPinned } from './data-index.ts';
import { changedParams } from './params-changes.ts';

export type EntryStatus = 'deleted' | 'modified' | 'new' | 'not in cache' | 'update available';

/** One item of DVC's status list for a stage, in DVC's words and order. */
export type StageChange =
  | 'always changed'
  | 'changed checksum'
  | 'changed command'
  | { readonly 'changed deps': Readonly<Record<string, EntryStatus | Readonly<Record<string, EntryStatus>>>> }
  | { readonly 'changed outs': Readonly<Record<string, EntryStatus>> };

/** What a status is computed with. */
export interface StatusTools {
  readonly view: RepositoryView;
  readonly cache: Cache;
  readonly state: State;
  /** Whether the source of a `dvc import` has moved on; not asked when absent (`--no-updates`). */
  readonly hasUpdate: ((dep: Dependency) => Promise<boolean>) | undefined;
  readonly context: OperationContext;
}

/**
 * How a stage differs from the work tree, in DVC's order (`Stage.status`); empty when it does not. `outs` are those of its outputs that were asked for.
 * Rejects with `invalid-metafile`, `unsafe-path`, `unsupported`, and what hashing rejects with.
 */
export async function stageStatus(stage: Stage, outs: readonly Output[], tools: StatusTools): Promise<readonly StageChange[]> {
  const changes: StageChange[] = [];
  const looksForUpdates = isRepoImport(stage) && tools.hasUpdate !== undefined;
  if (stage.frozen && !isRepoImport(stage)) warnOfFrozen(stage, tools);
  if (!stage.frozen || looksForUpdates) {
    const deps = await changedDependencies(stage, tools);
    if (Object.keys(deps).length > 0) changes.push({ 'changed deps': deps });
  }
  const outputs = await changedOutputs(outs, tools);
  if (Object.keys(outputs).length > 0) changes.push({ 'changed outs': outputs });
  if (stage.alwaysChanged || isCallback(stage)) changes.push('always changed');
  if (stage.content && stage.checksum !== (isImport(stage) ? stageChecksum(stage.content) : undefined)) changes.push('changed checksum');
  if (stage.lockedCmd !== undefined && JSON.stringify(stage.lockedCmd) !== JSON.stringify(stage.cmd)) changes.push('changed command');
  return changes;
}

/** A command that needs and makes nothing is run every time. */
function isCallback(stage: Stage): boolean {
  return stage.cmd !== undefined && stage.deps.length === 0 && stage.params.size === 0 && stage.outs.length === 0;
}

function warnOfFrozen(stage: Stage, { view, context }: StatusTools): void {
  const message = `stage: '${displayAddress(view.project, stage)}' is frozen. Its dependencies are not going to be shown in the status output.`;
  context.report({ type: 'warning', message });
}

async function changedDependencies(
  stage: Stage,
  tools: StatusTools,
): Promise<Record<string, EntryStatus | Readonly<Record<string, EntryStatus>>>> {
  const { project } = tools.view;
  const changes: Record<string, EntryStatus | Readonly<Record<string, EntryStatus>>> = {};
  for (const dep of stage.deps) {
    const status = await dependencyStatus(dep, tools);
    if (status !== undefined) changes[displayDependency(tools, dep)] = status;
  }
  for (const [file, keys] of stage.params) {
    const status = await paramsStatus(stage, { file, keys }, tools);
    if (status !== undefined) changes[displayPath(project, file)] = status;
  }
  return changes;
}

function displayDependency({ view }: StatusTools, dep: Dependency): string {
  const { repo } = dep.record;
  return repo === undefined ? displayOutput(view.project, dep) : `${dep.path} (${repo.url})`;
}

async function dependencyStatus(dep: Dependency, tools: StatusTools): Promise<EntryStatus | undefined> {
  const { record } = dep;
  if (record.repo !== undefined) return (await tools.hasUpdate?.(dep)) === true ? 'update available' : undefined;
  if (record.db !== undefined || /^[a-z][\w+.-]*:\/\//iu.test(dep.path)) {
    const message = `cannot see whether '${dep.path}', a dependency of '${dep.stage.address}', has changed: only files can be looked at yet`;
    tools.context.report({ type: 'warning', message });
    return undefined;
  }
  return contentStatus(dep, tools);
}

async function changedOutputs(outs: readonly Output[], tools: StatusTools): Promise<Record<string, EntryStatus>> {
  const changes: Record<string, EntryStatus> = {};
  for (const output of outs) {
    const status = await outputStatus(output, tools);
    if (status !== undefined) changes[displayOutput(tools.view.project, output)] = status;
  }
  return changes;
}

async function outputStatus(output: Output, tools: StatusTools): Promise<EntryStatus | undefined> {
  const { record } = output;
  if (output.external && record.cache) {
    throw new DatapinError('unsafe-path', `Cached output(s) outside of DVC project: ${output.path}`, {
      hint: `Add 'cache: false' to it in '${output.stage.file}', or import it.`,
    });
  }
  if (record.cache && (record.hash !== undefined || record.files !== undefined) && !(await isCached(output, tools))) return 'not in cache';
  return contentStatus(output, tools);
}

/** A directory is cached when its list of files is, and every file in it. */
async function isCached(output: Output, { cache }: StatusTools): Promise<boolean> {
  const pinned = indexPinned([output], cache).get(output.path);
  if (pinned?.entry.id === undefined) return false;
  const { id } = pinned.entry;
  if (!isDirectoryId(id)) return cache.has(id);
  const files = await pinned.files();
  if (files === undefined) return false;
  for (const { md5 } of files) if (!cache.has({ algorithm: id.algorithm, value: md5 })) return false;
  return true;
}

/** What is in the work tree against what is recorded. */
async function contentStatus(entry: Output | Dependency, tools: StatusTools): Promise<EntryStatus | undefined> {
  const { view } = tools;
  const recorded = recordedId(entry, tools);
  const isOutput = 'kind' in entry;
  if (isOutput && !entry.external && view.dvcIgnore.ignoresOutput(entry.path, view.files.kind(entry.path) ?? 'file')) return 'deleted';
  const found = await hashOutput(
    { ...placeOf(entry, tools), algorithm: recorded?.algorithm ?? 'md5', filter: view.dvcIgnore, state: tools.state },
    tools.context,
  );
  if (found === undefined) return 'deleted';
  return found.id.value === recorded?.value ? undefined : 'modified';
}

function recordedId(entry: Output | Dependency, { cache }: StatusTools): ObjectId | undefined {
  if ('kind' in entry) return indexPinned([entry], cache).get(entry.path)?.entry.id ?? idOf(entry.record.hash);
  return idOf(entry.record.hash);
}

/** Only for comparing: never made a path of. */
function idOf(hash: RecordedHash | undefined): ObjectId | undefined {
  return hash && { algorithm: hash.name === 'md5-dos2unix' ? 'md5-dos2unix' : 'md5', value: hash.value };
}

/** Where an entry is on disk, in the form that hashing takes. */
function placeOf(entry: Output | Dependency, { view }: StatusTools): { readonly root: string; readonly path: string } {
  const { root } = view.project;
  if (!entry.external) return { root, path: entry.path };
  const absolute = isAbsolute(entry.path) ? entry.path : join(root, entry.stage.wdir, entry.path);
  return { root: dirname(absolute), path: basename(absolute) };
}

async function paramsStatus(
  stage: Stage,
  { file, keys }: { readonly file: string; readonly keys: readonly string[] | null },
  { view }: StatusTools,
): Promise<EntryStatus | Readonly<Record<string, EntryStatus>> | undefined> {
  const text = view.files.read(file);
  if (text === undefined) return 'deleted';
  const recorded = lockedParamsOf(stage, file);
  if (recorded === undefined) return 'new';
  const changes = changedParams(await parseParams(text, { file }), recorded, keys);
  return changes.size === 0 ? undefined : Object.fromEntries(changes);
}

/** `dvc.lock` has the file as it is written, relative to the stage's folder. */
function lockedParamsOf(stage: Stage, file: string): ReturnType<Stage['lockedParams']['get']> {
  for (const [written, values] of stage.lockedParams) {
    if (join(stage.wdir, written).replaceAll('\\', '/') === file) return values;
  }
  return undefined;
}
