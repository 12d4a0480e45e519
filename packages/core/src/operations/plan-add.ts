import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

import { DatapinError } from '../errors.ts';
import { lstatIfThere, statIfThere } from '../file-stats.ts';
import { printIgnorePattern } from '../formats/ignore-rules.ts';
import { isMetafileName } from '../project/discover-stages.ts';
import type { Project } from '../project/project.ts';
import { projectGitIgnore } from '../project/read-repository.ts';
import type { RepositoryView } from '../project/repository-view.ts';
import type { Output } from '../project/stage.ts';

/** What one target of `add` comes down to. All paths are relative to the project root. */
export interface AddTask {
  /** The output it becomes, or is a part of. */
  readonly path: string;
  /** The metafile that says so. */
  readonly metafile: string;
  /** The output that is tracked already. */
  readonly output: Output | undefined;
  /** The part of that output that is meant, relative to it. */
  readonly within: string | undefined;
}

/**
 * Decides what each target becomes, before anything is changed (DVC: `get_or_create_stage`, then the graph check). Targets are relative to `project.cwd`.
 * Rejects with `target-outside`, `target-missing`, `target-ignored`, `target-overlaps`, `target-tracked-by-git`, `invalid-target`.
 */
export async function planAdd(
  view: RepositoryView,
  targets: readonly string[],
  options: { readonly mayBeMissing: boolean },
): Promise<readonly AddTask[]> {
  const tasks = new Map<string, AddTask>();
  for (const target of targets) {
    const path = projectPath(view.project, target);
    if (!tasks.has(path)) tasks.set(path, await planTarget(view, path, options));
  }
  const planned = [...tasks.values()];
  checkOverlaps(planned, await view.graph());
  await refuseTrackedByGit(view.project, planned);
  return planned;
}

async function planTarget(view: RepositoryView, path: string, options: { readonly mayBeMissing: boolean }): Promise<AddTask> {
  refuseSymbolicFolders(view.project.root, path);
  const output = (await view.graph()).outputAt(path);
  if (output === undefined) {
    checkNewOutput(view, path);
    if (!options.mayBeMissing) refuseMissing(view.project.root, path);
    return { path, metafile: `${path}.dvc`, output, within: undefined };
  }
  if (output.stage.content === undefined) {
    throw new DatapinError('target-overlaps', `cannot update '${path}': overlaps with an output of stage '${output.stage.address}'`, {
      hint: 'Run the pipeline or use `datapin commit` to force update it.',
    });
  }
  const within = path === output.path ? undefined : path.slice(output.path.length + 1);
  if (within !== undefined && output.id !== undefined && !output.id.value.endsWith('.dir')) {
    throw new DatapinError('target-overlaps', `cannot modify '${output.path}' which is being tracked as a file`);
  }
  return { path: output.path, metafile: output.stage.file, output, within };
}

function checkNewOutput(view: RepositoryView, path: string): void {
  const { project } = view;
  if (isMetafileName(path)) throw new DatapinError('invalid-target', `DVC file '${path}' cannot be an output.`);
  const stats = statIfThere(join(project.root, path));
  const kind = stats?.isDirectory() === true ? 'folder' : 'file';
  if (view.dvcIgnore.ignoresOutput(path, kind)) {
    const [reason] = view.dvcIgnore.decide(path, kind).patterns.slice(-1);
    if (reason?.line === 0)
      throw new DatapinError('target-ignored', `'${path}' cannot be tracked: ${reason.pattern} is never part of the data`);
    const rule = reason === undefined ? '' : ` by ${printIgnorePattern(reason)}`;
    throw new DatapinError('target-ignored', `Path '${path}' is ignored${rule}`, {
      hint: 'Change the rule in .dvcignore, then try again.',
    });
  }
  if (projectGitIgnore(project)?.ignores(`${path}.dvc`, 'file') === true) {
    throw new DatapinError('target-ignored', `bad DVC file name '${path}.dvc' is git-ignored.`, {
      hint: 'Its metafile must be in git: change the rule in .gitignore.',
    });
  }
  // DVC would record it as empty: everything in another project is left out.
  if (existsSync(join(project.root, path, '.dvc'))) {
    throw new DatapinError('invalid-target', `'${path}' is a DVC project of its own: its files are not part of this one`);
  }
}

function refuseMissing(root: string, path: string): void {
  if (statIfThere(join(root, path)) !== undefined) return;
  const broken = lstatIfThere(join(root, path))?.isSymbolicLink() === true;
  throw new DatapinError('target-missing', broken ? `'${path}' is a broken symbolic link` : `output '${path}' does not exist`);
}

function checkOverlaps(tasks: readonly AddTask[], graph: { outputsBelow(folder: string): readonly Output[] }): void {
  const added = new Set(tasks.filter(({ output }) => output === undefined).map(({ path }) => path));
  for (const path of added) {
    for (let above = parentOf(path); above !== ''; above = parentOf(above)) {
      if (added.has(above)) {
        throw new DatapinError(
          'target-overlaps',
          `Cannot add '${path}', because it is overlapping with '${above}', which is being added too.`,
        );
      }
    }
    const [inside] = graph.outputsBelow(path);
    if (inside !== undefined) {
      throw new DatapinError(
        'target-overlaps',
        `Cannot add '${path}', because it is overlapping with other DVC tracked output: '${inside.path}'.`,
        {
          hint: `To include '${inside.path}' in '${path}', run \`dvc remove ${inside.stage.address}\` and then \`datapin add ${path}\`.`,
        },
      );
    }
  }
}

async function refuseTrackedByGit({ git, root }: Project, tasks: readonly AddTask[]): Promise<void> {
  const paths = new Map(tasks.filter(({ output }) => output?.record.cache !== false).map(({ path }) => [join(root, path), path]));
  if (git === undefined || paths.size === 0) return;
  for (const tracked of await git.tracked([...paths.keys()])) {
    const path = paths.get(tracked);
    if (path === undefined) continue;
    throw new DatapinError('target-tracked-by-git', `output '${path}' is already tracked by SCM (e.g. Git).`, {
      hint: `You can remove it from Git, then add it: git rm -r --cached '${path}' && git commit -m "stop tracking ${path}"`,
    });
  }
}

/** A path as typed → relative to the project root. Throws `target-outside`. */
function projectPath(project: Pick<Project, 'root' | 'cwd'>, written: string): string {
  const typed = resolve(project.cwd, written);
  const path = inside(project.root, typed) ?? inside(project.root, withRealFolder(typed));
  if (path === undefined) {
    throw new DatapinError('target-outside', `output outside of the project: ${written}`, {
      hint: 'Copy it into the project, or let `add --out` do that.',
    });
  }
  if (path === '')
    throw new DatapinError('invalid-target', 'the project itself cannot be an output', { hint: 'Add single files and folders in it.' });
  return path;
}

function inside(root: string, path: string): string | undefined {
  const way = relative(root, path);
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) return undefined;
  return sep === '\\' ? way.replaceAll('\\', '/') : way;
}

/** The project's root has its symbolic links resolved; an absolute path that was typed may not have. */
function withRealFolder(path: string): string {
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return path;
  }
}

/** DVC: `contains_symlink_up_to`. What is behind a link to a folder belongs to wherever that folder really is. */
function refuseSymbolicFolders(root: string, path: string): void {
  for (let at = path; at !== ''; at = parentOf(at)) {
    const stats = lstatIfThere(join(root, at));
    if (stats?.isSymbolicLink() !== true || statIfThere(join(root, at))?.isDirectory() !== true) continue;
    throw new DatapinError('invalid-target', `Cannot add files inside symlinked directories: '${at}' is a symbolic link`, {
      hint: 'Add the directory that it leads to.',
    });
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
