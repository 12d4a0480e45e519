import { lstatSync, mkdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import { ioError } from '../io-error.ts';
import { findGit, type GitLocation } from '../project/find-git.ts';
import { createGitIgnore } from '../project/git-ignore.ts';
import { openGitRepository } from '../project/git-repository.ts';

export interface InitRequest {
  /** Absolute folder to make a repository of. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly noScm: boolean;
  readonly subdir: boolean;
  /** Removes an existing `.dvc`, its cache included. */
  readonly force: boolean;
}

export interface InitResult {
  readonly root: string;
  /** Absolute paths that were written and, with git, staged. */
  readonly files: readonly string[];
}

/** What DVC puts into a new repository (`dvc/ignore.py`, `init`). */
const dvcIgnoreText = `# Add patterns of files dvc should ignore, which could improve
# the performance. Learn more at
# https://dvc.org/doc/user-guide/dvcignore
`;

/** What must stay out of git, as DVC anchors it in `.dvc/.gitignore`. */
const machineOwn = ['config.local', 'tmp', 'cache'];

/**
 * Makes `.dvc/`, `.dvcignore` and `.dvc/.gitignore` with DVC's bytes and stages them in git.
 * Rejects with `already-initialised`, `no-git`, `target-ignored`, `usage`, before anything is changed; then with `git-failed` and what the disk says.
 */
export async function init(request: InitRequest, _context: OperationContext): Promise<InitResult> {
  if (request.noScm && request.subdir) throw new DatapinError('usage', 'Cannot initialize repo with `--no-scm` and `--subdir`');
  const root = existingFolder(request.directory);
  const git = request.noScm ? undefined : gitOf(root, request.subdir);
  const dvcDir = join(root, '.dvc');
  const rules = git && gitRules(git, root, request.env);
  if (rules?.('.dvc', 'folder') === true) {
    throw new DatapinError('target-ignored', `'${dvcDir}' is ignored by git`, {
      hint: "Make sure that it is tracked, for example by adding '!.dvc' to .gitignore.",
    });
  }
  if (statSync(dvcDir, { throwIfNoEntry: false })?.isDirectory() === true && !request.force) {
    throw new DatapinError('already-initialised', `'${dvcDir}' exists`, { hint: 'Use `-f` to replace it. Its cache is deleted then.' });
  }
  try {
    rmSync(dvcDir, { recursive: true, force: true });
    const files = writeFiles(root, { noScm: request.noScm, rules });
    if (git) await openGitRepository(git, request.env).stage(files);
    return { root, files };
  } catch (error) {
    throw ioError(error, `cannot make a repository of '${root}'`);
  }
}

type Rules = (path: string, kind: 'file' | 'folder') => boolean;

function writeFiles(root: string, { noScm, rules }: { readonly noScm: boolean; readonly rules: Rules | undefined }): readonly string[] {
  const dvcDir = join(root, '.dvc');
  mkdirSync(join(dvcDir, 'tmp'), { recursive: true });
  // DVC takes this file's time for the age of the repository.
  writeFileSync(join(dvcDir, 'tmp', 'btime'), '');
  writeFileSync(join(dvcDir, 'config'), noScm ? '[core]\n    no_scm = True\n' : '');
  const dvcIgnore = join(root, '.dvcignore');
  // Also a link to nothing is there: it is not written through.
  if (lstatSync(dvcIgnore, { throwIfNoEntry: false }) === undefined) writeFileSync(dvcIgnore, dvcIgnoreText, { flag: 'wx' });
  const files = [join(dvcDir, 'config'), dvcIgnore];
  // A rule elsewhere that covers a name already is enough, as for any output.
  const lines = rules === undefined ? [] : machineOwn.filter((name) => !rules(`.dvc/${name}`, 'file'));
  if (rules !== undefined) {
    const gitIgnore = join(dvcDir, '.gitignore');
    if (lines.length > 0) writeFileSync(gitIgnore, lines.map((name) => `/${name}\n`).join(''));
    if (lines.length > 0) files.push(gitIgnore);
  }
  return files;
}

function existingFolder(directory: string): string {
  try {
    if (statSync(directory).isDirectory()) return realpathSync(directory);
  } catch (error) {
    throw ioError(error, `cannot make a repository of '${directory}'`);
  }
  throw new DatapinError('invalid-target', `'${directory}' is not a folder`);
}

/** A repository belongs beside `.git`; anywhere below it only when that is meant. Throws `no-git`. */
function gitOf(root: string, subdir: boolean): GitLocation {
  const git = findGit(root);
  if (git !== undefined && (subdir || git.workTree === root)) return git;
  throw new DatapinError('no-git', `${root} is not tracked by any supported SCM tool (e.g. Git)`, {
    hint:
      git === undefined
        ? '`git init` makes it a git repository; `datapin init --no-scm` does without one.'
        : `It lies in the git repository '${git.workTree}': run \`datapin init\` there, or \`datapin init --subdir\` here.`,
  });
}

function gitRules(git: GitLocation, root: string, env: InitRequest['env']): Rules {
  const rules = createGitIgnore(git, env);
  const prefix = relative(git.workTree, root).split(sep).join('/');
  return (path, kind) => rules.ignores(prefix === '' ? path : `${prefix}/${path}`, kind);
}
