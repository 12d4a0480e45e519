import { join, relative, sep } from 'node:path';

import { openWorkTree, type WorkTree } from '../checkout/work-tree.ts';
import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import { parseLockFile, renderLockFile } from '../formats/lock-file.ts';
import type { LockedStage, OutputRecord } from '../formats/metafile.ts';
import { stageChecksum } from '../formats/stage-checksum.ts';
import { withRepositoryLock } from '../locking/repository-lock.ts';
import { displayAddress } from '../project/display-path.ts';
import type { Project } from '../project/project.ts';
import { readRepository } from '../project/read-repository.ts';
import { selectTargets } from '../project/select-targets.ts';
import type { Output, Stage } from '../project/stage.ts';
import { stageStatus } from '../status/stage-status.ts';
import { writeTextAtomically } from '../workspace/atomic-write.ts';
import { addPart, addWhole } from './add-content.ts';
import { lockStage } from './lock-stage.ts';
import { recordContent } from './record-output.ts';
import { ignoreInGit, writeMetafile } from './write-metafile.ts';

export interface CommitRequest {
  readonly targets: readonly string[];
  readonly force: boolean;
  readonly withDeps: boolean;
  readonly recursive: boolean;
  readonly noRelink: boolean;
}

export interface CommitResult {
  /** Metafiles (`x.dvc`, `dvc.lock`) that changed, relative to the project root. */
  readonly changed: readonly string[];
  /** Absolute paths to `git add`. */
  readonly toStage: readonly string[];
  /** Whether `core.autostage` already staged them. */
  readonly staged: boolean;
}

/**
 * Records the work tree's present content of outputs (and of a stage's dependencies and params) in the metafiles, after storing it in the cache.
 * Without `force` rejects with `not-committed` when a selected stage has changed: whoever runs it is to know. Everything is checked before
 * the first change; each metafile is written after the objects it names.
 */
export async function commit(project: Project, request: CommitRequest, context: OperationContext): Promise<CommitResult> {
  return withRepositoryLock(project, context, async () => {
    const view = readRepository(project);
    const { stages, outputs } = await selectTargets(view, request.targets, { recursive: request.recursive, withDeps: request.withDeps });
    using tree = openWorkTree(view, context);
    const selected = new Map(outputs.map(({ output, within }) => [output, within]));
    if (!request.force) await refuseChanged(stages, tree);

    const toStage = new Set<string>();
    for (const stage of stages) {
      const records = new Map<Output, OutputRecord>();
      for (const output of stage.outs) {
        if (!selected.has(output) || output.external) continue;
        records.set(output, await storeOutput(output, selected.get(output), { tree, request }));
      }
      const written = stage.content === undefined ? await writeLock(stage, records, tree) : await writeDvcFile(stage, records, tree);
      for (const path of written) toStage.add(path);
    }
    const staged = project.config.core.autostage && project.git !== undefined && toStage.size > 0;
    if (staged) await project.git?.stage([...toStage]);
    const changed = [...toStage].map((path) => relative(project.root, path).split(sep).join('/'));
    return { changed, toStage: [...toStage], staged };
  });
}

async function refuseChanged(stages: readonly Stage[], tree: WorkTree): Promise<void> {
  for (const stage of stages) {
    const changes = await stageStatus(stage, stage.outs, { ...tree, hasUpdate: undefined });
    // An object that the cache lacks while the work tree has the content is what commit is for.
    const isChanged = changes.some((change) => change !== 'always changed' && (typeof change === 'string' || !onlyUncached(change)));
    if (!isChanged) continue;
    throw new DatapinError(
      'not-committed',
      `unable to commit changed stage: '${displayAddress(tree.project, stage)}'. Use \`-f|--force\` to force.`,
    );
  }
}

function onlyUncached(change: object): boolean {
  return 'changed outs' in change && Object.values(change['changed outs'] ?? {}).every((status) => status === 'not in cache');
}

async function storeOutput(
  output: Output,
  within: readonly string[] | undefined,
  { tree, request }: { readonly tree: WorkTree; readonly request: CommitRequest },
): Promise<OutputRecord> {
  const how = { tree, options: { noCommit: false, noRelink: request.noRelink } };
  let { record, id } = output;
  for (const part of within ?? [undefined]) {
    const pinned = { path: output.path, id, record };
    const content = part === undefined ? await addWhole(pinned, how) : await addPart(part, pinned, how);
    record = recordContent(record, content);
    ({ id } = content);
  }
  return record;
}

/** Absolute paths that changed. */
async function writeDvcFile(stage: Stage, records: ReadonlyMap<Output, OutputRecord>, tree: WorkTree): Promise<readonly string[]> {
  if (stage.content === undefined) return [];
  const { md5, ...rest } = stage.content;
  const content = { ...rest, outs: stage.outs.map((output) => records.get(output) ?? output.record) };
  const path = join(tree.project.root, stage.file);
  const before = tree.view.files.read(stage.file);
  const written = await writeMetafile(
    {
      file: stage.file,
      content: md5 === undefined ? content : { ...content, md5: stageChecksum(content) },
      ignored: ignoredOutputs(stage),
    },
    tree,
  );
  return written.filter((file) => file !== path || tree.view.files.read(stage.file) !== before);
}

async function writeLock(stage: Stage, records: ReadonlyMap<Output, OutputRecord>, tree: WorkTree): Promise<readonly string[]> {
  const file = stage.file.replace(/\.yaml$/u, '.lock');
  // Read anew: an earlier stage of the same file may just have been written.
  const previous = tree.view.files.read(file);
  const lock = previous === undefined ? { stages: new Map<string, LockedStage>(), datasets: [] } : await parseLockFile(previous, file);
  const locked = await lockStage(stage, records, tree);
  const text = await renderLockFile({ ...lock, stages: new Map(lock.stages).set(stage.name ?? '', locked) }, previous);
  const path = join(tree.project.root, file);
  const gitignores = ignoreInGit(ignoredOutputs(stage), tree);
  return writeTextAtomically(path, text, tree.temps) ? [...gitignores, path] : gitignores;
}

function ignoredOutputs(stage: Stage): readonly string[] {
  return stage.outs.filter(({ record, external }) => record.cache && !external).map((output) => output.path);
}
