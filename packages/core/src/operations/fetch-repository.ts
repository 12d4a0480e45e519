import { randomUUID } from 'node:crypto';
import { realpathSync } from 'node:fs';

import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import { fetchRevision } from '../listing/fetch-revision.ts';
import { findGitProgram, runGit } from '../project/git-program.ts';
import type { Project } from '../project/project.ts';
import { noGit } from '../project/read-repository-at.ts';

/** Another repository at one commit, checked out in a temporary folder, which is removed when this is disposed. */
export interface FetchedRepository extends Disposable {
  /** Absolute, links resolved. */
  readonly folder: string;
  /** Full id. */
  readonly commit: string;
}

/**
 * Fetches exactly one commit of a repository: of a branch, a tag, a full id, by default of its HEAD. Symbolic links come as files, contents as git
 * has them. Rejects with `git-failed` or `unknown-revision`.
 */
export async function fetchRepository(
  env: Project['env'],
  source: { readonly url: string; readonly rev: string | undefined },
  context: OperationContext,
): Promise<FetchedRepository> {
  const fetched = await fetchRevision(source, env, context);
  try {
    const folder = realpathSync(fetched.folder);
    const { stdout } = await runGit(findGitProgram(env), { cwd: folder, args: ['rev-parse', 'HEAD'], signal: context.signal });
    return { folder, commit: stdout.toString('utf8').trim(), [Symbol.dispose]: fetched[Symbol.dispose] };
  } catch (error) {
    fetched[Symbol.dispose]();
    throw error;
  }
}

/** A commit that a clone knows now. Dispose it when it is not needed any more: a name that was given to it is taken away. */
export interface KnownCommit extends AsyncDisposable {
  /** Full id. */
  readonly commit: string;
}

/**
 * The commit of a branch, a tag or an id. A clone of a single commit, as build services make it, does not know many: `remote` is asked for what is
 * missing, one commit deep. Work tree and branches stay as they are. Rejects with `unknown-revision`, `no-git`.
 */
export async function knownCommit(
  project: Project,
  { rev, remote }: { readonly rev: string; readonly remote: string | undefined },
  { signal }: OperationContext,
): Promise<KnownCommit> {
  const { git } = project;
  if (!git) throw noGit(project);
  try {
    return { commit: await git.resolve(rev), async [Symbol.asyncDispose]() {} };
  } catch (error) {
    if (remote === undefined || !(error instanceof DatapinError) || error.code !== 'unknown-revision') throw error;
  }
  const program = findGitProgram(project.env);
  const ref = `refs/datapin/${randomUUID()}`;
  const run = async (...args: string[]): Promise<void> => {
    await runGit(program, { cwd: git.workTree, args, signal });
  };
  const depth = await runGit(program, { cwd: git.workTree, args: ['rev-parse', '--is-shallow-repository'] });
  const shallow = depth.stdout.toString('utf8').trim() === 'true';
  try {
    const options = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', ...(shallow ? ['--depth=1'] : [])];
    await run('fetch', ...options, '--end-of-options', remote, `+${rev}:${ref}`);
  } catch (cause) {
    signal.throwIfAborted();
    throw new DatapinError('unknown-revision', `unknown Git revision '${rev}', here and on '${remote}'`, {
      cause,
      ...(cause instanceof DatapinError ? { hint: cause.message } : {}),
    });
  }
  const forget = (): Promise<void> => run('update-ref', '-d', ref);
  try {
    return { commit: await git.resolve(ref), [Symbol.asyncDispose]: forget };
  } catch (error) {
    await forget();
    throw error;
  }
}
