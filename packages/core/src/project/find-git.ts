import { lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Where a git repository is. Both absolute, symlinks resolved. */
export interface GitLocation {
  readonly workTree: string;
  readonly gitDir: string;
  /** Holds what all work trees of the repository share: `info/exclude`, `config`. Differs from `gitDir` in a linked work tree only. */
  readonly commonDir: string;
}

/**
 * The git work tree a folder is in: the nearest parent with a `.git` folder, or a `.git` file that points to one (linked work trees, submodules).
 * Runs no process. `undefined` when there is none.
 */
export function findGit(folder: string): GitLocation | undefined {
  let workTree = realpathSync(folder);
  for (;;) {
    const gitDir = gitDirOf(join(workTree, '.git'));
    if (gitDir !== undefined) return { workTree, gitDir, commonDir: commonDirOf(gitDir) };
    const parent = dirname(workTree);
    if (parent === workTree) return undefined;
    workTree = parent;
  }
}

function gitDirOf(path: string): string | undefined {
  const kind = lstatSync(path, { throwIfNoEntry: false });
  if (!kind) return undefined;
  let gitDir = path;
  if (kind.isFile()) {
    const target = /^gitdir: (.+?)\r?\n?$/u.exec(readFileSync(path, 'utf8'))?.[1];
    if (target === undefined) return undefined;
    gitDir = resolve(dirname(path), target);
  }
  // What git itself asks of a repository (`is_git_directory`), as far as it costs one call.
  if (!statSync(join(gitDir, 'HEAD'), { throwIfNoEntry: false }) && !lstatSync(join(gitDir, 'HEAD'), { throwIfNoEntry: false })) {
    return undefined;
  }
  return realpathSync(gitDir);
}

function commonDirOf(gitDir: string): string {
  try {
    return realpathSync(resolve(gitDir, readFileSync(join(gitDir, 'commondir'), 'utf8').trim()));
  } catch {
    return gitDir;
  }
}
