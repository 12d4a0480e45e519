import { expect, test } from 'vitest';

import { type CacheSituation, cachePolicy } from '../../src/cache/cache-policy.ts';
import type { RunEvent } from '../../src/event.ts';

const event: RunEvent = {
  name: 'push',
  ref: 'refs/heads/main',
  sha: 'a'.repeat(40),
  repository: 'org/project',
  serverUrl: 'https://github.com',
  isEnterpriseServer: false,
  isPublic: false,
  defaultBranch: 'main',
  isFromFork: false,
  foreignCommits: [],
  foreignRepository: undefined,
  headCommit: undefined,
  baseCommit: undefined,
  isGithubHosted: true,
};

interface Given {
  readonly inputs?: Partial<CacheSituation['inputs']>;
  readonly event?: Partial<RunEvent>;
  readonly remoteIsPrivate?: boolean;
  readonly isAvailable?: boolean;
}

/** `restore and save`, `restore`, `off` or `unavailable`. */
function decide({ inputs = {}, event: changed = {}, remoteIsPrivate = true, isAvailable = true }: Given): string {
  const { restore, save, result } = cachePolicy({
    inputs: { cache: 'auto', cacheWrite: 'auto', cacheDir: undefined, mode: 'pull', ...inputs },
    event: { ...event, ...changed },
    remoteIsPrivate,
    isAvailable,
  });
  return restore ? (save ? 'restore and save' : 'restore') : result;
}

test.for<readonly [string, Given, string]>([
  ['a push to the default branch', {}, 'restore and save'],
  ['a schedule', { event: { name: 'schedule' } }, 'restore and save'],
  ['a push to another branch', { event: { ref: 'refs/heads/work' } }, 'restore'],
  ['a pull request', { event: { name: 'pull_request', ref: 'refs/pull/7/merge' } }, 'restore'],
  ['a fork, whatever is asked for', { inputs: { cache: 'true', cacheWrite: 'always' }, event: { isFromFork: true } }, 'restore'],
  ['an unknown default branch, on main', { event: { defaultBranch: undefined } }, 'restore and save'],
  ['an unknown default branch, elsewhere', { event: { defaultBranch: undefined, ref: 'refs/heads/x' } }, 'restore'],
  ['a release', { event: { name: 'release' } }, 'off'],
  ['a tag', { event: { ref: 'refs/tags/v1' } }, 'off'],
  ['pull_request_target', { event: { name: 'pull_request_target' } }, 'off'],
  ['workflow_run', { event: { name: 'workflow_run' } }, 'off'],
  ['a runner with a disk of its own', { event: { isGithubHosted: false } }, 'off'],
  ['the same, asked for', { inputs: { cache: 'true' }, event: { isGithubHosted: false } }, 'restore and save'],
  ['a shared cache', { inputs: { cacheDir: '/cache' } }, 'off'],
  ['a public repository with a private remote', { event: { isPublic: true } }, 'off'],
  ['the same, asked for', { event: { isPublic: true }, inputs: { cache: 'true' } }, 'restore and save'],
  ['a public repository with a public remote', { event: { isPublic: true }, remoteIsPrivate: false }, 'restore and save'],
  ['restore-only', { inputs: { cache: 'restore-only' } }, 'restore'],
  ['cache-write: never', { inputs: { cacheWrite: 'never' } }, 'restore'],
  ['cache-write: always, on a branch', { inputs: { cacheWrite: 'always' }, event: { ref: 'refs/heads/work' } }, 'restore and save'],
  ['cache: false', { inputs: { cache: 'false' } }, 'off'],
  ['no service', { isAvailable: false }, 'unavailable'],
  ['mode: check', { inputs: { mode: 'check', cache: 'true' } }, 'off'],
])('%s', ([, given, expected]) => {
  expect(decide(given)).toBe(expected);
});

test('only what the user may want to decide otherwise is worth a notice', () => {
  const inputs = { cache: 'auto', cacheWrite: 'auto', cacheDir: undefined, mode: 'pull' } as const;
  const told = cachePolicy({ inputs, event: { ...event, isPublic: true }, remoteIsPrivate: true, isAvailable: true });
  expect(told).toMatchObject({ notice: true, reason: expect.stringContaining('set the input cache to true') });
  expect(cachePolicy({ inputs, event: { ...event, name: 'release' }, remoteIsPrivate: true, isAvailable: true }).notice).toBe(false);
});
