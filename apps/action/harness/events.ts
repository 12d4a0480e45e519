/** What started a run, as the runner tells an action: environment, payload, and the ref that the run belongs to. */
export interface RunEvent {
  readonly name: string;
  readonly ref: string;
  readonly payload: unknown;
  readonly env: Readonly<Record<string, string>>;
}

/** What can start a run. */
export const eventNames = [
  'push to main',
  'push to a branch',
  'push of a tag',
  'release',
  'schedule',
  'workflow_dispatch',
  'repository_dispatch',
  'pull request',
  'pull request from a fork',
  'pull_request_target from a fork',
  'workflow_run after a fork',
  'merge_group',
] as const;

export type EventName = (typeof eventNames)[number];
export type Visibility = 'public' | 'private';

interface Shape {
  readonly name: string;
  readonly ref: string;
  readonly payload?: object;
  readonly env?: Readonly<Record<string, string>>;
}

/** Commits that a payload names; ones that nobody has if not given. */
export interface EventCommits {
  readonly base?: string;
  readonly head?: string;
}

interface Given extends Required<EventCommits> {
  readonly repository: object;
}

const repositoryName = 'org/project';

function pullRequest({ repository, base, head }: Given, from: 'fork' | 'same'): object {
  const source = from === 'same' ? repository : { ...repository, full_name: 'stranger/project', fork: true, owner: { login: 'stranger' } };
  return {
    number: 7,
    base: { ref: 'main', sha: base, repo: repository },
    head: { ref: 'change', sha: head, repo: source, user: { login: from === 'same' ? 'org' : 'stranger' } },
  };
}

const branchesOfPull = { GITHUB_BASE_REF: 'main', GITHUB_HEAD_REF: 'change' };

const makers: Readonly<Record<EventName, (given: Given) => Shape>> = {
  'push to main': ({ base }) => ({ name: 'push', ref: 'refs/heads/main', payload: { ref: 'refs/heads/main', before: base } }),
  'push to a branch': ({ base }) => ({ name: 'push', ref: 'refs/heads/work', payload: { ref: 'refs/heads/work', before: base } }),
  'push of a tag': () => ({ name: 'push', ref: 'refs/tags/v1.0.0', payload: { ref: 'refs/tags/v1.0.0' } }),
  release: () => ({ name: 'release', ref: 'refs/tags/v1.0.0', payload: { action: 'published', release: { tag_name: 'v1.0.0' } } }),
  schedule: () => ({ name: 'schedule', ref: 'refs/heads/main', payload: { schedule: '0 3 * * *' } }),
  workflow_dispatch: () => ({ name: 'workflow_dispatch', ref: 'refs/heads/main', payload: { ref: 'refs/heads/main', inputs: {} } }),
  repository_dispatch: () => ({ name: 'repository_dispatch', ref: 'refs/heads/main', payload: { action: 'data', branch: 'main' } }),
  'pull request': (given) => ({
    name: 'pull_request',
    ref: 'refs/pull/7/merge',
    payload: { action: 'synchronize', number: 7, pull_request: pullRequest(given, 'same') },
    env: branchesOfPull,
  }),
  'pull request from a fork': (given) => ({
    name: 'pull_request',
    ref: 'refs/pull/7/merge',
    payload: { action: 'synchronize', number: 7, pull_request: pullRequest(given, 'fork') },
    env: branchesOfPull,
  }),
  'pull_request_target from a fork': (given) => ({
    name: 'pull_request_target',
    ref: 'refs/heads/main',
    payload: { action: 'opened', number: 7, pull_request: pullRequest(given, 'fork') },
    env: branchesOfPull,
  }),
  'workflow_run after a fork': (given) => ({
    name: 'workflow_run',
    ref: 'refs/heads/main',
    payload: {
      action: 'completed',
      workflow_run: {
        event: 'pull_request',
        head_branch: 'change',
        head_sha: given.head,
        head_repository: { ...given.repository, full_name: 'stranger/project', fork: true },
        repository: given.repository,
        pull_requests: [],
      },
    },
  }),
  merge_group: () => ({ name: 'merge_group', ref: 'refs/heads/gh-readonly-queue/main/pr-7', payload: { action: 'checks_requested' } }),
};

/** An event of a repository of the given visibility, which is not in the payload when it is not given, as with act. */
export function eventOf(
  name: EventName,
  visibility?: Visibility,
  { base = 'b'.repeat(40), head = 'f'.repeat(40) }: EventCommits = {},
): RunEvent {
  const repository = {
    full_name: repositoryName,
    fork: false,
    default_branch: 'main',
    owner: { login: 'org' },
    ...(visibility === undefined ? {} : { private: visibility === 'private', visibility }),
  };
  const shape = makers[name]({ repository, base, head });
  const refName = shape.ref.replace(/^refs\/(?:heads|tags|pull)\//u, '');
  return {
    name: shape.name,
    ref: shape.ref,
    payload: visibility === undefined ? (shape.payload ?? {}) : { ...shape.payload, repository },
    env: {
      GITHUB_EVENT_NAME: shape.name,
      GITHUB_REF: shape.ref,
      GITHUB_REF_NAME: refName,
      GITHUB_REF_TYPE: shape.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
      GITHUB_REPOSITORY: repositoryName,
      GITHUB_REPOSITORY_OWNER: 'org',
      ...shape.env,
    },
  };
}
