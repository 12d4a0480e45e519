import { expect, test } from 'vitest';

import { closest } from '../src/closest.ts';

const words = ['pull', 'push', 'remote', 'status', 'checkout'];

test.each([
  ['pul', 'pull'],
  ['psuh', 'push'],
  ['remoet', 'remote'],
  ['stat', 'status'],
  ['check', 'checkout'],
])('%s is probably %s', (typed, meant) => {
  expect(closest(typed, words)).toBe(meant);
});

test('a word that is like none of them is like none of them', () => {
  expect(closest('frobnicate', words)).toBeUndefined();
  expect(closest('x', words)).toBeUndefined();
});
