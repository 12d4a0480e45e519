import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import { findGitProgram, runGit } from '../project/git-program.ts';
import type { Project } from '../project/project.ts';
import type { Dependency } from '../project/stage.ts';
import { resolveUrl } from '../transfer/import-repository.ts';

/**
 * Whether the source of a `dvc import` has another commit now at the revision it follows (its default branch when none was named) than the one that is
 * locked. Asks the source for its refs, fetches nothing. Rejects with `git-failed`, or `unknown-revision` when the source has lost the revision.
 */
export async function sourceHasMovedOn(project: Project, dep: Dependency, context: OperationContext): Promise<boolean> {
  const repo = dep.record.repo;
  if (repo === undefined) return false;
  const { rev, revLock } = repo;
  // A commit stays what it is.
  if (rev !== undefined && /^[0-9a-f]{40}$/u.test(rev)) return rev !== revLock;
  const url = resolveUrl(repo.url, dep.stage.wdir, project);
  const commit = await commitAt({ url, rev: rev ?? 'HEAD', project, context });
  if (commit !== undefined) return commit !== revLock;
  if (rev !== undefined && revLock?.startsWith(rev) === true) return false;
  throw new DatapinError('unknown-revision', `'${dep.stage.file}' follows '${rev ?? 'HEAD'}' of ${repo.url}, which is not there any more`, {
    hint: 'Leave the source alone with `--no-updates`, or choose another revision with `dvc update --rev`.',
  });
}

async function commitAt({
  url,
  rev,
  project,
  context,
}: {
  readonly url: string;
  readonly rev: string;
  readonly project: Project;
  readonly context: OperationContext;
}): Promise<string | undefined> {
  const { stdout } = await runGit(findGitProgram(project.env), {
    cwd: project.root,
    args: ['ls-remote', '--quiet', '--end-of-options', url, rev, `${rev}^{}`],
    signal: context.signal,
  });
  const refs = new Map<string, string>();
  for (const line of stdout.toString('utf8').split('\n')) {
    const [commit, ref] = line.split('\t');
    if (commit !== undefined && ref !== undefined) refs.set(ref, commit);
  }
  // An annotated tag names its commit under `^{}`. Otherwise in git's own order of names.
  const names = [`refs/tags/${rev}^{}`, rev, `refs/${rev}`, `refs/tags/${rev}`, `refs/heads/${rev}`, `refs/remotes/origin/${rev}`];
  for (const name of names) {
    const commit = refs.get(name);
    if (commit !== undefined) return commit;
  }
  return undefined;
}
