import { describe, expect, test } from 'vitest';

import { isSettled, planOutput } from '../../src/checkout/plan-output.ts';
import type { Output, Stage } from '../../src/project/stage.ts';
import type { PinnedFile } from '../../src/transfer/pinned-content.ts';

const stage: Stage = {
  address: 'data.dvc',
  file: 'data.dvc',
  name: undefined,
  wdir: '',
  frozen: false,
  alwaysChanged: false,
  cmd: undefined,
  lockedCmd: undefined,
  checksum: undefined,
  content: undefined,
  deps: [],
  outs: [],
  params: new Map(),
  lockedParams: new Map(),
};
const output: Output = {
  stage,
  path: 'data',
  id: undefined,
  kind: 'out',
  record: { path: 'data', cache: true, persist: false, push: true },
  external: false,
};

const one = '1'.repeat(32);
const two = '2'.repeat(32);
const file = (relpath: string, hash: string): PinnedFile => ({
  id: { algorithm: 'md5', value: hash },
  path: relpath === '' ? 'data' : `data/${relpath}`,
  relpath,
  exec: false,
});
const directory = (...files: PinnedFile[]): { directory: true; files: PinnedFile[] } => ({ directory: true, files });

describe('a directory', () => {
  test('that is not there is placed whole and loses nothing', () => {
    const plan = planOutput(output, directory(file('a', one), file('b/c', two)), undefined);
    expect(plan.place.map(({ path, replaces }) => [path, replaces])).toEqual([
      ['data/a', false],
      ['data/b/c', false],
    ]);
    expect([plan.existed, plan.lost.size]).toEqual([false, 0]);
  });

  test('that is as pinned has nothing to do', () => {
    expect(isSettled(planOutput(output, directory(file('a', one)), new Map([['a', { hash: one }]])))).toBe(true);
  });

  test('that is pinned empty and not there is made', () => {
    expect(isSettled(planOutput(output, directory(), undefined))).toBe(false);
    expect(isSettled(planOutput(output, directory(), new Map()))).toBe(true);
  });

  test('with another content replaces that file, whose present content would be lost', () => {
    const plan = planOutput(output, directory(file('a', one)), new Map([['a', { hash: two }]]));
    expect(plan.place).toEqual([{ path: 'data/a', id: { algorithm: 'md5', value: one }, exec: false, replaces: true }]);
    expect([...plan.lost]).toEqual([['data/a', two]]);
  });

  test('loses files that are not pinned', () => {
    const plan = planOutput(output, directory(), new Map([['extra', { hash: two }]]));
    expect(plan.remove).toEqual(['data/extra']);
    expect([...plan.lost]).toEqual([['data/extra', two]]);
  });

  test('where a file is now: the file goes first', () => {
    const plan = planOutput(output, directory(file('a', one)), new Map([['', { hash: two }]]));
    expect(plan.remove).toEqual(['data']);
    expect(plan.place.map(({ path }) => path)).toEqual(['data/a']);
  });

  test('is placed again whole on request, and what is right is not lost by that', () => {
    const plan = planOutput(output, directory(file('a', one)), new Map([['a', { hash: one }]]), { all: true });
    expect(plan.place).toHaveLength(1);
    expect(plan.lost.size).toBe(0);
  });
});

test('a file where a directory is now: the files of the directory go first', () => {
  const plan = planOutput(output, { directory: false, files: [file('', one)] }, new Map([['x', { hash: two }]]));
  expect(plan.remove).toEqual(['data/x']);
  expect(plan.place.map(({ path, replaces }) => [path, replaces])).toEqual([['data', false]]);
});

describe('a file that is as pinned but for the executable bit', () => {
  test.each([
    [true, false],
    [false, true],
  ])('pinned %s, present %s: is placed again, and nothing is lost by that', (pinned, exec) => {
    const files = [{ ...file('', one), exec: pinned }];
    const plan = planOutput(output, { directory: false, files }, new Map([['', { hash: one, exec }]]));
    expect(plan.place).toMatchObject([{ path: 'data', exec: pinned, replaces: true }]);
    expect(plan.lost.size).toBe(0);
  });
});
