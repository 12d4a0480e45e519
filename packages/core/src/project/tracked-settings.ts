import { realpathSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

import type { RemoteConfig } from '../config/config.ts';
import { findGit } from './find-git.ts';
import { findGitProgram, runGit } from './git-program.ts';
import type { Project } from './project.ts';

/** Files of the `local` level, which `.dvc/.gitignore` keeps out of git. Nothing but that makes them the user's own. */
const localFiles = ['config.local', 'datapin.local'];

/**
 * The names of a remote's settings (`url` among them) that came with the repository: those in files that git tracks, also when such a file
 * carries the name of the user's own. Looks at git only where there are settings of the `local` level. Rejects with `git-failed`, `no-git`.
 */
export async function trackedSettings(project: Pick<Project, 'dvcDir' | 'env'>, remote: RemoteConfig): Promise<ReadonlySet<string>> {
  if (remote.local.size === 0 || !(await isLocalLevelTracked(project))) return remote.tracked;
  return new Set([...remote.tracked, ...remote.local]);
}

/** Whether git tracks a configuration file of the `local` level: then a clone brought it. Without git nothing is known to be cloned. */
export async function isLocalLevelTracked({ dvcDir, env }: Pick<Project, 'dvcDir' | 'env'>): Promise<boolean> {
  return isTracked(
    localFiles.map((name) => `${dvcDir}/${name}`),
    env,
  );
}

/** Whether git tracks any of some paths in one folder, each by itself and not what it may lead to. The folder may be in a submodule or reached by a link. */
export async function isTracked(paths: readonly string[], env: Project['env']): Promise<boolean> {
  const [first] = paths;
  if (first === undefined) return false;
  const folder = realpathSync(dirname(first));
  // Git itself would also take files beside ours (`HEAD`, `config`, `objects/`) for a repository; only a real `.git` counts.
  const git = findGit(folder);
  if (git === undefined) return false;
  const inGit = paths.map((path) => relative(git.workTree, join(folder, basename(path))));
  const { stdout } = await runGit(findGitProgram(env), { cwd: git.workTree, args: ['ls-files', '-z', '--', ...inGit] });
  return stdout.length > 0;
}
