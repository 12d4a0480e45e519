import { readFileSync } from 'node:fs';

/** What is known of the run: which event, on what, from whom. Everything may be unknown; a payload need not be there. */
export interface RunEvent {
  readonly name: string;
  /** `refs/heads/main`, `refs/tags/v1`, `refs/pull/7/merge` */
  readonly ref: string;
  /** The commit that the event is about. */
  readonly sha: string;
  /** `owner/name` */
  readonly repository: string;
  readonly serverUrl: string;
  /** GitHub Enterprise Server: a machine of the user's own. */
  readonly isEnterpriseServer: boolean;
  readonly isPublic: boolean;
  readonly defaultBranch: string | undefined;
  /** Whether commits of somebody outside of the repository are at work. */
  readonly isFromFork: boolean;
  /** Commits of the pull request or the run that this one reacts to. */
  readonly foreignCommits: readonly string[];
  /** The repository that these commits come from. */
  readonly foreignRepository: string | undefined;
  /** The pull request's last own commit; what is checked out is usually a merge of it. */
  readonly headCommit: string | undefined;
  /** Where the pull request goes, or what the branch was before a push. */
  readonly baseCommit: string | undefined;
  readonly isGithubHosted: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Reads the environment and the payload that GitHub gives to each step. */
export function readEvent(env: Env): RunEvent {
  const payload = readPayload(env['GITHUB_EVENT_PATH']);
  const repository = env['GITHUB_REPOSITORY'] ?? '';
  const serverUrl = (env['GITHUB_SERVER_URL'] || 'https://github.com').replace(/\/+$/u, '');
  const isEnterpriseServer = !/^(?:github\.com|.+\.ghe\.com|.+\.localhost)$/iu.test(hostOf(serverUrl));
  const pull = at(payload, 'pull_request');
  const run = at(payload, 'workflow_run');
  const foreign = pull === undefined ? at(run, 'head_repository') : at(pull, 'head', 'repo');
  const foreignName = textAt(foreign, 'full_name');
  const name = env['GITHUB_EVENT_NAME'] ?? '';
  const commits = [textAt(pull, 'head', 'sha'), textAt(pull, 'merge_commit_sha'), textAt(run, 'head_sha')];
  const before = textAt(payload, 'before');
  return {
    name,
    ref: env['GITHUB_REF'] ?? '',
    sha: env['GITHUB_SHA'] ?? '',
    repository,
    serverUrl,
    isEnterpriseServer,
    isPublic: isPublic(payload, isEnterpriseServer),
    defaultBranch: textAt(payload, 'repository', 'default_branch'),
    isFromFork:
      (pull !== undefined || run !== undefined) && isOther(foreignName, foreign, textAt(payload, 'repository', 'full_name') ?? repository),
    foreignCommits: commits.filter((commit) => commit !== undefined),
    foreignRepository: foreignName,
    headCommit: textAt(pull, 'head', 'sha'),
    baseCommit: textAt(pull, 'base', 'sha') ?? (before !== undefined && /[^0]/u.test(before) ? before : undefined),
    isGithubHosted: env['RUNNER_ENVIRONMENT'] === 'github-hosted',
  };
}

/** Whether GitHub keeps the repository's secrets from the run. `pull_request_target` and `workflow_run` get them, whoever is behind them. */
export function lacksSecrets({ name, isFromFork }: RunEvent): boolean {
  return isFromFork && name !== 'pull_request_target' && name !== 'workflow_run';
}

/** A fork that is gone has no name any more. */
function isOther(name: string | undefined, foreign: unknown, own: string): boolean {
  if (name === undefined) return true;
  if (own === '') return at(foreign, 'fork') === true;
  return name.toLowerCase() !== own.toLowerCase();
}

/** What is not known to be private is taken for public, but on a server of one's own. */
function isPublic(payload: unknown, isEnterpriseServer: boolean): boolean {
  const visibility = textAt(payload, 'repository', 'visibility');
  if (visibility !== undefined) return visibility === 'public';
  const isPrivate = at(payload, 'repository', 'private');
  return typeof isPrivate === 'boolean' ? !isPrivate : !isEnterpriseServer;
}

function hostOf(url: string): string {
  try {
    return new URL(url).hostname;
  } catch {
    return '';
  }
}

function readPayload(path: string | undefined): unknown {
  if (!path) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // Some runners have none, or name a file that is not there.
    return undefined;
  }
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const name of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Reflect.get(found, name);
  }
  return found ?? undefined;
}

function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}
