import { existsSync, mkdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import { ioError } from '../io-error.ts';
import { throwIfCancelled } from '../pacing.ts';
import { findGit, type GitLocation } from '../project/find-git.ts';
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

const ignoredByGit = '/config.local\n/tmp\n/cache\n';
const dvcignore = `# Add patterns of files dvc should ignore, which could improve
# the performance. Learn more at
# https://dvc.org/doc/user-guide/dvcignore
`;

/**
 * Makes `.dvc/`, `.dvcignore` and `.dvc/.gitignore` with DVC's bytes (dvc/repo/init.py) and stages them.
 * Rejects with `usage`, `already-initialised`, `no-git`, and the codes of the disk; nothing is written then.
 */
export async function init(request: InitRequest, context: OperationContext): Promise<InitResult> {
  if (request.noScm && request.subdir) throw new DatapinError('usage', 'Cannot initialize repo with `--no-scm` and `--subdir`');
  const git = request.noScm ? undefined : gitFor(request);
  const dvcDir = join(request.directory, '.dvc');
  if (existsSync(dvcDir) && !request.force) {
    throw new DatapinError('already-initialised', "'.dvc' exists. Use `-f` to force.", {
      hint: 'With `-f` its settings and its cache are lost.',
    });
  }
  throwIfCancelled(context.signal);
  const files = write(request, { dvcDir, withGit: git !== undefined });
  if (git !== undefined) await openGitRepository(git, request.env).stage(files);
  return { root: realpathSync(request.directory), files };
}

/** Without `--subdir` the folder must be the git work tree itself, as DVC wants it. */
function gitFor({ directory, subdir }: InitRequest): GitLocation {
  const exists = statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;
  const git = exists ? findGit(directory) : undefined;
  if (git !== undefined && (subdir || git.workTree === realpathSync(directory))) return git;
  throw new DatapinError('no-git', `${directory} is not tracked by any supported SCM tool (e.g. Git).`, {
    hint: "Use `--no-scm` if you don't want to use any SCM, or `--subdir` if initializing inside a subdirectory of a parent SCM repository.",
  });
}

function write(request: InitRequest, { dvcDir, withGit }: { readonly dvcDir: string; readonly withGit: boolean }): readonly string[] {
  const files = new Map([
    [join(dvcDir, 'config'), request.noScm ? '[core]\n    no_scm = True\n' : ''],
    ...(withGit ? ([[join(dvcDir, '.gitignore'), ignoredByGit]] as const) : []),
  ]);
  const ignoreFile = join(request.directory, '.dvcignore');
  try {
    rmSync(dvcDir, { recursive: true, force: true });
    mkdirSync(join(dvcDir, 'tmp'), { recursive: true });
    // DVC derives the place of its own state from the time of this file.
    writeFileSync(join(dvcDir, 'tmp', 'btime'), '');
    for (const [path, text] of files) writeFileSync(path, text);
    if (!existsSync(ignoreFile)) writeFileSync(ignoreFile, dvcignore);
  } catch (error) {
    throw ioError(error, `cannot write ${dvcDir}`);
  }
  return [...files.keys(), ignoreFile];
}
