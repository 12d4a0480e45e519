import { isAbsolute, join, relative, resolve, sep } from 'node:path';

import { closest } from '../closest.ts';
import { DatapinError } from '../errors.ts';
import { isDirectoryId } from '../hashing/object-id.ts';
import { parseTarget } from '../formats/parse-target.ts';
import { isMetafileName } from './discover-stages.ts';
import { displayPath } from './display-path.ts';
import type { RepositoryView } from './repository-view.ts';
import type { Output, Stage } from './stage.ts';
import type { SelectedOutput, TargetOptions, TargetSelection } from './target.ts';

/** What one target leads to: stages, and the path in the project when only outputs there are meant. */
interface Found {
  readonly stages: readonly Stage[];
  readonly path?: string;
}

/**
 * The stages and outputs that targets select, in DVC's order of resolution (`StageLoad.collect_granular`): a metafile; a folder with `recursive`;
 * a stage, a group of generated stages or a generated stage of `./dvc.yaml`; an output or a path inside one. Targets are relative to
 * `project.cwd`. Without targets: everything.
 *
 * Rejects with `unknown-target`, and with what reading the metafiles rejects with. A target that names a metafile reads only that one.
 */
export async function selectTargets(
  view: RepositoryView,
  targets: readonly string[],
  options: TargetOptions = {},
): Promise<TargetSelection> {
  if (targets.length === 0) return merge([{ stages: await view.stages() }]);
  const found: Found[] = [];
  for (const target of targets) found.push(await findTarget(view, target, options));
  return merge(found);
}

async function findTarget(view: RepositoryView, written: string, options: TargetOptions): Promise<Found> {
  const target = sep === '\\' ? written.replaceAll('\\', '/') : written;
  const { file, name } = parseTarget(target);
  const path = inProject(view, target);
  const isFolder = options.recursive === true && path !== undefined && view.files.kind(path) === 'folder';

  if (file !== undefined && isMetafileName(file)) {
    return { stages: await withDeps(view, await stagesIn(view, { file, name }), options) };
  }
  if (isFolder) return { stages: await stagesBelow(view, path) };
  if (file === undefined) {
    const named = await stagesNamed(view, target);
    if (named.length > 0) return { stages: await withDeps(view, named, options) };
  }
  const output = path === undefined ? undefined : (await view.graph()).outputAt(path);
  if (path === undefined || output === undefined || !canContain(output, path)) throw await unknownTarget(view, { target, path, options });
  // As in DVC, a target that is an output never brings what its stage depends on.
  return { stages: [output.stage], path };
}

async function stagesIn(
  view: RepositoryView,
  { file, name }: { readonly file: string; readonly name: string | undefined },
): Promise<readonly Stage[]> {
  const path = inProject(view, file);
  if (path === undefined) throw new DatapinError('target-outside', `'${file}' is outside of the project`);
  const stages = await view.stagesIn(path);
  // A name behind a `.dvc` file means nothing; DVC ignores it with a warning.
  if (name === undefined || path.endsWith('.dvc')) return stages;
  const named = byName(stages, name);
  if (named.length === 0) throw new DatapinError('unknown-target', `Stage '${name}' not found inside '${file}' file`);
  return named;
}

/** Stages of the `dvc.yaml` in the current folder. */
async function stagesNamed(view: RepositoryView, name: string): Promise<readonly Stage[]> {
  const file = inProject(view, 'dvc.yaml');
  if (file === undefined || view.files.kind(file) !== 'file') return [];
  return byName(await view.stagesIn(file), name);
}

/** `name` itself, or everything that a `foreach` or `matrix` of that name made. */
function byName(stages: readonly Stage[], name: string): readonly Stage[] {
  const exact = stages.filter((stage) => stage.name === name);
  return exact.length > 0 ? exact : stages.filter((stage) => stage.name?.startsWith(`${name}@`));
}

async function stagesBelow(view: RepositoryView, folder: string): Promise<readonly Stage[]> {
  const { stages } = await view.graph();
  return folder === '' ? stages : stages.filter((stage) => stage.file.startsWith(`${folder}/`));
}

async function withDeps(view: RepositoryView, stages: readonly Stage[], options: TargetOptions): Promise<readonly Stage[]> {
  return options.withDeps === true ? (await view.graph()).withUpstream(stages) : stages;
}

/** A path below an output only exists in a directory. What is not hashed yet may become one. */
function canContain(output: Output, path: string): boolean {
  return path === output.path || output.id === undefined || isDirectoryId(output.id);
}

/** Each output once; whole when any target means all of it. */
function merge(found: readonly Found[]): TargetSelection {
  const stages = new Set<Stage>();
  const parts = new Map<Output, Set<string> | undefined>();
  for (const { stages: some, path } of found) {
    for (const stage of some) {
      stages.add(stage);
      for (const output of stage.outs) {
        if (path === undefined || path === output.path) {
          parts.set(output, undefined);
        } else if (path.startsWith(`${output.path}/`)) {
          const known = parts.get(output);
          if (known) known.add(path.slice(output.path.length + 1));
          else if (!parts.has(output)) parts.set(output, new Set([path.slice(output.path.length + 1)]));
        }
      }
    }
  }
  const outputs: SelectedOutput[] = [];
  for (const [output, within] of parts) outputs.push({ output, within: within && [...within] });
  return { stages: [...stages], outputs };
}

/** A path as typed → relative to the project root; `undefined` when it leads outside. The root itself is `''`. */
function inProject(view: RepositoryView, written: string): string | undefined {
  const way = relative(view.project.root, resolve(view.project.cwd, written));
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) return undefined;
  return sep === '\\' ? way.replaceAll('\\', '/') : way;
}

interface UnknownTarget {
  readonly target: string;
  /** Where it leads to in the project. */
  readonly path: string | undefined;
  readonly options: TargetOptions;
}

async function unknownTarget(view: RepositoryView, unknown: UnknownTarget): Promise<DatapinError> {
  const hint = await hintFor(view, unknown);
  return new DatapinError('unknown-target', `'${unknown.target}' is not tracked`, hint === undefined ? {} : { hint });
}

/** What was probably meant: something of git's, a pattern, a name that is nearly the same, or a file that nobody added yet. */
async function hintFor(view: RepositoryView, { target, path, options }: UnknownTarget): Promise<string | undefined> {
  const { project } = view;
  if (options.suggestGit === true && (await isOfGit(view, { target, path }))) return `Did you mean \`git checkout ${target}\`?`;
  if (/[*?[]/u.test(target)) return 'Targets are paths and names. `pull` and `push` take patterns with `--glob`.';
  const stages = await view.stages();
  const names = stages.flatMap(({ name, outs }) => [
    ...(name === undefined ? [] : [name]),
    ...outs.map((output) => displayPath(project, output.path)),
  ]);
  const meant = closest(target, names);
  if (meant !== undefined) return `Did you mean '${meant}'?`;
  return path !== undefined && view.commit === undefined && view.files.kind(path) !== undefined
    ? `\`datapin add ${target}\` tracks it.`
    : undefined;
}

/** Whether `git checkout` could make something of it: a branch, a tag, a commit, or a file. */
async function isOfGit({ project: { git, root } }: RepositoryView, { target, path }: Omit<UnknownTarget, 'options'>): Promise<boolean> {
  if (git === undefined) return false;
  const isRevision = await git.resolve(target).then(
    () => true,
    () => false,
  );
  return isRevision || (path !== undefined && (await git.tracked([join(root, path)])).size > 0);
}
