import { expect, test } from 'vitest';

import { readEvent } from '../src/event.ts';
import { refuseForkData } from '../src/unsafe-data.ts';

const own = 'a'.repeat(40);
const fork = 'b'.repeat(40);
const event = {
  ...readEvent({}),
  name: 'pull_request_target',
  sha: own,
  isFromFork: true,
  foreignCommits: [fork],
  foreignRepository: 'stranger/project',
};
const used = { commits: [own], rev: undefined, repository: undefined, isWorkspace: true };

test('the base of the pull request is the repository’s own', () => {
  expect(() => refuseForkData(event, used)).not.toThrow();
  expect(() => refuseForkData(event, { ...used, commits: [own, 'c'.repeat(40)], isWorkspace: false })).not.toThrow();
});

test.for([
  ['its head', { commits: [fork] }],
  ['something else that a step checked out', { commits: ['c'.repeat(40)] }],
  ['nothing that git knows', { commits: [] }],
  ['its head as a revision', { rev: 'refs/pull/7/head' }],
  ['the fork itself', { repository: 'Stranger/Project', isWorkspace: false }],
] as const)('%s is not', ([, changed]) => {
  expect(() => refuseForkData(event, { ...used, ...changed })).toThrow(expect.objectContaining({ code: 'untrusted-data' }));
});

test('events without secrets, and pull requests of the repository’s own branches, may use what they like', () => {
  expect(() => refuseForkData({ ...event, name: 'pull_request' }, { ...used, commits: [fork] })).not.toThrow();
  expect(() => refuseForkData({ ...event, isFromFork: false }, { ...used, commits: [fork] })).not.toThrow();
});
