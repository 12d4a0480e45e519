import { join } from 'node:path';

import { openWorkTree, type WorkTree } from '../checkout/work-tree.ts';
import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import { parseDvcFile } from '../formats/dvc-file.ts';
import type { OutputRecord, StageFile } from '../formats/metafile.ts';
import { withRepositoryLock } from '../locking/repository-lock.ts';
import type { Project } from '../project/project.ts';
import { objectIdOf } from '../project/build-stage.ts';
import { readRepository } from '../project/read-repository.ts';
import { type AddedContent, addPart, addWhole, type PinnedOutput } from './add-content.ts';
import { addCopy, resolveCopy } from './add-copy.ts';
import { expandGlobs } from './expand-globs.ts';
import { type AddTask, planAdd } from './plan-add.ts';
import { newOutput, newStageFile, recordContent } from './record-output.ts';
import { writeMetafile } from './write-metafile.ts';

export interface AddRequest {
  /** As typed, relative to `project.cwd`. */
  readonly targets: readonly string[];
  readonly glob: boolean;
  readonly noCommit: boolean;
  readonly noRelink: boolean;
  readonly force: boolean;
  /** `-o`: where to put the data; one target only. */
  readonly out: string | undefined;
  readonly toRemote: boolean;
  readonly remote: string | undefined;
  readonly jobs: number | undefined;
}

export interface AddResult {
  /** Metafiles written or found up to date, relative to the project root. */
  readonly metafiles: readonly string[];
  /** Absolute paths to `git add`: metafiles, and `.gitignore`s that changed. */
  readonly toStage: readonly string[];
  /** Whether `core.autostage` already staged them. */
  readonly staged: boolean;
  readonly files: number;
  readonly bytes: number;
}

/**
 * Puts data under control: hash, store, link, `.gitignore`, metafile last. Targets inside a tracked directory update that directory.
 * With `out` a copy of the target, from anywhere on this machine, becomes the output. Nothing is changed before every target has been checked.
 *
 * Rejects with `usage`, `target-missing`, `target-outside`, `target-ignored`, `target-overlaps`, `target-tracked-by-git`, `invalid-target`, `unsafe-path`,
 * `changed-while-read`, `cache-missing`, `locked`, `unsupported`, what reading the metafiles rejects with, and the codes of the disk.
 */
export async function add(project: Project, request: AddRequest, context: OperationContext): Promise<AddResult> {
  checkRequest(request);
  const targets = request.glob ? expandGlobs(request.targets, project.cwd) : request.targets;
  return await withRepositoryLock(project, context, async (lock) => {
    using tree = openWorkTree(readRepository(project), context);
    const [source] = targets;
    const copy =
      request.out === undefined || source === undefined
        ? undefined
        : resolveCopy({ source, out: request.out, force: request.force }, project);
    const tasks = await planAdd(tree.view, copy === undefined ? targets : [copy.target], { mayBeMissing: copy !== undefined });
    await lock.checkNotBusy(tasks.map(({ path }) => join(project.root, path)));
    return await carryOut(tasks, { tree, request, source: copy?.source });
  });
}

function checkRequest(request: AddRequest): void {
  if (request.toRemote) {
    throw new DatapinError('unsupported', '`add --to-remote` is not supported yet', { hint: 'Add the data, then push it.' });
  }
  if (request.remote !== undefined) throw new DatapinError('usage', "--remote can't be used without --to-remote");
  if (request.jobs !== undefined) throw new DatapinError('usage', "--remote-jobs can't be used without --to-remote");
  if (request.out === undefined) return;
  if (request.targets.length > 1) throw new DatapinError('usage', "multiple targets can't be used with --out");
  if (request.glob) throw new DatapinError('usage', "--glob can't be used with --out");
  if (request.noCommit) throw new DatapinError('usage', "--no-commit can't be used with --out");
}

interface AddRun {
  readonly tree: WorkTree;
  readonly request: AddRequest;
  /** Absolute path of what `out` is a copy of. */
  readonly source: string | undefined;
}

async function carryOut(tasks: readonly AddTask[], run: AddRun): Promise<AddResult> {
  const { project, state } = run.tree;
  const toStage = new Set<string>();
  /** Several targets may change one metafile: each begins with what the one before it wrote. */
  const written = new Map<string, StageFile>();
  let files = 0;
  let bytes = 0;
  for (const task of tasks) {
    const stage = written.get(task.metafile) ?? (await presentStage(task, run.tree));
    const { index, pinned } = findOutput(task, stage);
    const content = await addContent(task, pinned, run);
    const record = recordContent(pinned.record, content);
    const changed = { ...stage, outs: stage.outs.with(index, record) };
    const ignored = record.cache ? [task.path] : [];
    for (const path of await writeMetafile({ file: task.metafile, content: changed, ignored }, run.tree)) toStage.add(path);
    written.set(task.metafile, changed);
    state.setPlaced(new Map([[task.path, `${content.id.algorithm}:${content.id.value}`]]));
    files += content.addedFiles;
    bytes += content.addedBytes;
  }
  const staged = project.config.core.autostage && project.git !== undefined;
  if (staged) await project.git?.stage([...toStage]);
  return { metafiles: [...new Set(tasks.map(({ metafile }) => metafile))], toStage: [...toStage], staged, files, bytes };
}

async function addContent(task: AddTask, pinned: PinnedOutput, { tree, request, source }: AddRun): Promise<AddedContent> {
  if (source !== undefined) return await addCopy(source, task.path, tree);
  const how = { tree, options: request };
  return task.within === undefined ? await addWhole(pinned, how) : await addPart(task.within, pinned, how);
}

/** What the task's metafile says now; for a new output, what it will say but for the content. */
async function presentStage({ metafile, output, path }: AddTask, { view }: WorkTree): Promise<StageFile> {
  if (output?.stage.content !== undefined) return output.stage.content;
  const text = view.files.read(metafile);
  const previous = text === undefined ? undefined : await parseDvcFile(text, metafile);
  return newStageFile(newOutput(path.slice(path.lastIndexOf('/') + 1)), previous);
}

function findOutput({ output, path }: AddTask, stage: StageFile): { readonly index: number; readonly pinned: PinnedOutput } {
  const index = output === undefined ? 0 : output.stage.outs.indexOf(output);
  const record: OutputRecord = stage.outs[index] ?? newOutput(path);
  return { index, pinned: { path, record, id: record === output?.record ? output.id : objectIdOf(record.hash) } };
}
