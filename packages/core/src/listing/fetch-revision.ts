import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import { makeCheckoutsRaw } from '../project/foreign-checkout.ts';
import { findGitProgram, runGit } from '../project/git-program.ts';

/** A repository at one commit in a temporary folder, which is removed when this is disposed. */
export interface FetchedRevision extends Disposable {
  readonly folder: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Fetches one commit of a repository: that of a branch, a tag or a full id, by default of its HEAD. A server that does not hand out a commit by its id
 * is asked for everything. Rejects with `git-failed`, or `unknown-revision` when there is no such commit.
 */
export async function fetchRevision(
  { url, rev }: { readonly url: string; readonly rev: string | undefined },
  env: Env,
  { signal }: OperationContext,
): Promise<FetchedRevision> {
  const folder = mkdtempSync(join(env['TMPDIR'] ?? env['TEMP'] ?? tmpdir(), 'datapin-list-'));
  const dispose = (): void => rmSync(folder, { recursive: true, force: true });
  const program = findGitProgram(env);
  const git = async (...args: string[]): Promise<void> => {
    await runGit(program, { cwd: folder, args, signal, about: url });
  };
  try {
    await git('init', '--quiet');
    makeCheckoutsRaw(folder);
    // A link of somebody else's could lead anywhere on this machine: it is listed as the file that git has.
    await git('config', 'core.symlinks', 'false');
    try {
      await git('fetch', '--quiet', '--depth=1', '--no-tags', '--no-recurse-submodules', '--end-of-options', url, rev ?? 'HEAD');
      await git('checkout', '--quiet', '--detach', 'FETCH_HEAD');
    } catch (error) {
      if (rev === undefined || !isGitFailure(error)) throw error;
      await git('fetch', '--quiet', '--no-recurse-submodules', '--tags', '--end-of-options', url, '+refs/heads/*:refs/remotes/origin/*');
      await git('checkout', '--quiet', '--detach', '--end-of-options', rev).catch(() =>
        Promise.reject(new DatapinError('unknown-revision', `unknown Git revision '${rev}'`)),
      );
    }
    return { folder, [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    throw isGitFailure(error) && error.message.includes(`'${url}' does not appear to be a git repository`)
      ? noRepository(url, error)
      : error;
  }
}

function noRepository(url: string, cause: DatapinError): DatapinError {
  return new DatapinError('git-failed', `'${url}' is no git repository`, {
    cause,
    hint: 'It takes a folder, or a URL that git can fetch from.',
  });
}

function isGitFailure(error: unknown): error is DatapinError {
  return error instanceof DatapinError && error.code === 'git-failed';
}
