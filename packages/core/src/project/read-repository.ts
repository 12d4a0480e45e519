import { DatapinError } from '../errors.ts';
import type { WalkFilter } from '../workspace/walk-directory.ts';
import { discoverStages, isMetafileName } from './discover-stages.ts';
import { createDvcIgnore } from './dvc-ignore.ts';
import { type FileTree, workTreeFiles } from './file-tree.ts';
import { createGitIgnore } from './git-ignore.ts';
import { createMetafileLoader, type MetafileLoader } from './load-metafile.ts';
import type { Project } from './project.ts';
import type { RepositoryView } from './repository-view.ts';
import { buildStageGraph, type StageGraph } from './stage-graph.ts';
import type { Stage } from './stage.ts';

/** The stages of the work tree. Nothing is read yet when this returns. */
export function readRepository(project: Project): RepositoryView {
  const files = workTreeFiles(project.root);
  return createView({
    project,
    commit: undefined,
    files,
    gitIgnore: projectGitIgnore(project),
    load: createMetafileLoader({ project, files }),
  });
}

/** What a view is made of. */
export interface ViewParts {
  readonly project: Project;
  readonly commit: string | undefined;
  readonly files: FileTree;
  readonly gitIgnore: WalkFilter | undefined;
  readonly load: MetafileLoader;
}

/** A view on any tree of files. */
export function createView({ project, commit, files, gitIgnore, load }: ViewParts): RepositoryView {
  const dvcIgnore = createDvcIgnore(files);
  const loaded = new Map<string, Promise<readonly Stage[]>>();
  const loadOnce = (file: string): Promise<readonly Stage[]> => {
    let stages = loaded.get(file);
    if (!stages) {
      // `dvc.lock` is judged with its `dvc.yaml`: without the hashes in it the stages would look as if they had never run.
      const lock = lockFileOf(file);
      if (lock !== undefined && gitIgnore?.ignores(lock, 'file')) throw gitIgnored(lock);
      stages = load(file);
      loaded.set(file, stages);
    }
    return stages;
  };
  let all: Promise<readonly Stage[]> | undefined;
  let graph: Promise<StageGraph> | undefined;
  const stages = (): Promise<readonly Stage[]> => {
    all ??= discoverStages({ files, dvcIgnore, gitIgnore, load: loadOnce });
    return all;
  };
  return {
    project,
    commit,
    files,
    dvcIgnore,
    stages,
    stagesIn: async (file) => {
      checkNamed(file, { files, dvcIgnore, gitIgnore });
      return loadOnce(file);
    },
    graph: () => {
      graph ??= stages().then(buildStageGraph);
      return graph;
    },
  };
}

/** In the order in which DVC checks a stage file that is named (`FileMixin._load`). */
function checkNamed(
  file: string,
  { files, dvcIgnore, gitIgnore }: Pick<ViewParts, 'files' | 'gitIgnore'> & { dvcIgnore: WalkFilter },
): void {
  const kind = files.kind(file);
  if (kind === undefined) throw new DatapinError('unknown-target', `'${file}' does not exist`);
  if (dvcIgnore.ignores(file, 'file')) throw new DatapinError('target-ignored', `'${file}' is dvc-ignored`);
  if (!isMetafileName(file)) {
    throw new DatapinError('invalid-target', `bad DVC file name '${file}'`, {
      hint: `DVC files should be named 'dvc.yaml' or have a '.dvc' suffix (e.g. '${file.slice(file.lastIndexOf('/') + 1)}.dvc').`,
    });
  }
  if (kind === 'folder') throw new DatapinError('invalid-target', `'${file}' is not a .dvc file`);
  if (gitIgnore?.ignores(file, 'file')) throw gitIgnored(file);
}

function gitIgnored(file: string): DatapinError {
  return new DatapinError('target-ignored', `'${file}' is git-ignored.`, { hint: 'Remove the rule that matches it from .gitignore.' });
}

function lockFileOf(file: string): string | undefined {
  return file === 'dvc.yaml' || file.endsWith('/dvc.yaml') ? `${file.slice(0, -'.yaml'.length)}.lock` : undefined;
}

/** Git's ignore rules for paths of a project; `undefined` without git. */
export function projectGitIgnore(project: Project): WalkFilter | undefined {
  const { git } = project;
  if (!git) return undefined;
  const rules = createGitIgnore(git, project.env);
  const prefix = project.root.length > git.workTree.length ? `${project.root.slice(git.workTree.length + 1).replaceAll('\\', '/')}/` : '';
  return { ignores: (path, kind) => rules.ignores(prefix + path, kind) };
}
