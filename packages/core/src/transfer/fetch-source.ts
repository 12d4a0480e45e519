import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import { makeCheckoutsRaw } from '../project/foreign-checkout.ts';
import { findGitProgram, runGit } from '../project/git-program.ts';
import type { Project } from '../project/project.ts';
import { openWorkspaceTemps } from '../workspace/workspace-temps.ts';

/** A commit of another repository. */
export interface SourceCommit {
  /** URL or absolute folder, as git takes it. */
  readonly url: string;
  /** Full commit id. */
  readonly commit: string;
}

/**
 * A folder with the files of exactly this commit, in `.dvc/tmp/datapin/sources`; fetched once, kept for later commands.
 * Only that commit is asked for; a server that does not allow this is asked for its branches and tags instead.
 * Rejects with `git-failed` (not reachable, not allowed) or `unknown-revision` (the repository has no such commit).
 */
export async function fetchSource(source: SourceCommit, project: Project, context: OperationContext): Promise<string> {
  if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/u.test(source.commit)) {
    throw new DatapinError('invalid-metafile', `'${source.commit}' is not a commit id (rev_lock of ${printSource(source.url)})`);
  }
  const place = createHash('sha256').update(source.url).digest('hex').slice(0, 16);
  const sources = join(project.tmpDir, 'datapin', 'sources');
  const folder = join(sources, `${place}-${source.commit.slice(0, 12)}`);
  if (isCheckout(folder)) {
    const now = new Date();
    utimesSync(folder, now, now);
    return folder;
  }
  using temps = openWorkspaceTemps(project.tmpDir);
  const work = temps.pathIn(sources);
  mkdirSync(work, { recursive: true });
  try {
    await checkOut(source, work, project, context);
    if (!isCheckout(folder)) rmSync(folder, { recursive: true, force: true });
    renameSync(work, folder);
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    // Another process was quicker with the same commit.
    if (!isCheckout(folder)) throw error;
  }
  return folder;
}

/** Only git makes a folder named `.git`: nothing that a clone brought along, nor a link, can pass for what was fetched. */
function isCheckout(folder: string): boolean {
  return [folder, join(folder, '.git')].every((path) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true);
}

async function checkOut({ url, commit }: SourceCommit, folder: string, project: Project, context: OperationContext): Promise<void> {
  const program = findGitProgram(project.env);
  const git = async (...args: string[]): Promise<void> => {
    await runGit(program, { cwd: folder, args, signal: context.signal });
  };
  await git('init', '--quiet');
  makeCheckoutsRaw(folder);
  const exact = await git('fetch', '--quiet', '--depth=1', '--no-tags', '--no-recurse-submodules', '--end-of-options', url, commit).then(
    () => true,
    (error: unknown) => {
      context.signal.throwIfAborted();
      if (error instanceof DatapinError && error.code === 'git-failed') return false;
      throw error;
    },
  );
  if (!exact) {
    await git(
      'fetch',
      '--quiet',
      '--no-tags',
      '--no-recurse-submodules',
      '--end-of-options',
      url,
      '+refs/heads/*:refs/source/heads/*',
      '+refs/tags/*:refs/source/tags/*',
    );
  }
  try {
    await git('checkout', '--quiet', '--detach', commit);
  } catch (cause) {
    throw new DatapinError('unknown-revision', `${printSource(url)} has no commit ${commit}`, {
      cause,
      hint: 'Its history was rewritten, or the commit was never pushed there.',
    });
  }
}

/** The URL without a password in it. */
export function printSource(url: string): string {
  return url.replace(/^([\w+.-]+:\/\/)[^/@]*@/u, '$1***@');
}
