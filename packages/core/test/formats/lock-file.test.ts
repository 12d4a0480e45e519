import { expect, test } from 'vitest';

import { parseLockFile, renderLockFile } from '../../src/formats/lock-file.ts';
import type { LockedStage } from '../../src/formats/metafile.ts';

const lock = `schema: '2.0'
stages:
  prepare:
    cmd: echo
  train@1-a:
    cmd:
    - python a.py
    - "two\\nlines\\n"
    deps:
    - path: prepared
      hash: md5
      md5: 658fee9abdcb14a36b38b03c7af0878b.dir
      size: 24
      nfiles: 3
    - path: ds://dogs
      dataset:
        name: dogs
    params:
      params.yaml:
        train.lr: 0.001
        train.none:
        train.whole: 1.0
    outs:
    - path: ../model.bin
      md5: aa22ab1213b1a1b2c1d4a5f6a7b8c9d0
      size: 70
      isexec: true
`;

test('every field in the order of DVC', async () => {
  expect(await renderLockFile(await parseLockFile(lock, 'dvc.lock'))).toBe(lock);
});

test('entries of DVC 2 and DVC 3 stand side by side', async () => {
  const stage = (await parseLockFile(lock, 'dvc.lock')).stages.get('train@1-a');
  expect(stage?.deps[0]?.hash?.name).toBe('md5');
  expect(stage?.outs[0]?.hash?.name).toBe('md5-dos2unix');
});

test('params are values by file and key', async () => {
  const params = (await parseLockFile(lock, 'dvc.lock')).stages.get('train@1-a')?.params.get('params.yaml');
  expect(params).toEqual(
    new Map<string, unknown>([
      ['train.lr', { float: 0.001 }],
      ['train.none', null],
      ['train.whole', { float: 1 }],
    ]),
  );
});

test('a lock file that is empty or has no stages yet', async () => {
  const empty = { stages: new Map(), datasets: [] };
  expect(await parseLockFile('', 'dvc.lock')).toEqual(empty);
  expect(await parseLockFile("schema: '2.0'\n", 'dvc.lock')).toEqual(empty);
  expect(await renderLockFile(empty)).toBe("schema: '2.0'\nstages: {}\n");
});

const commented = `schema: '2.0'
# of the first
stages:
  a:
    cmd: 'echo a'   # kept
  b:   # two
    cmd: 'echo b'
    outs: []
`;

function stage(cmd: string): LockedStage {
  return { cmd, deps: [], params: new Map(), outs: [] };
}

test('a stage that changed is written anew in place, the others keep their comments, a new one comes last', async () => {
  const { stages, datasets } = await parseLockFile(commented, 'dvc.lock');
  const next = new Map(stages).set('b', stage('echo B')).set('c', stage('echo c'));
  expect(await renderLockFile({ stages: next, datasets }, commented)).toBe(`schema: '2.0'
# of the first
stages:
  a:
    cmd: echo a     # kept
  b:   # two
    cmd: echo B
  c:
    cmd: echo c
`);
});

test('data sets keep their place', async () => {
  const text = "schema: '2.0'\ndatasets:\n- name: dogs\n  type: url\nstages: {}\n";
  const parsed = await parseLockFile(text, 'dvc.lock');
  expect(await renderLockFile({ ...parsed, stages: new Map([['a', stage('x')]]) }, text)).toBe(
    "schema: '2.0'\ndatasets:\n- name: dogs\n  type: url\nstages:\n  a:\n    cmd: x\n",
  );
});

test.each([
  ['a:\n  cmd: x\n', "'dvc.lock' validation failed: extra keys not allowed, in a, line 1."],
  ['stages: {}\n', "'dvc.lock' validation failed: required key not provided, in schema, line 1."],
  ['schema: 2.0\n', "'dvc.lock' validation failed: invalid schema version, in schema, line 1."],
  [
    "schema: '2.0'\nstages:\n  a:\n    deps: []\n",
    "'dvc.lock' validation failed: required key not provided, in stages -> a -> cmd, line 3.",
  ],
  [
    "schema: '2.0'\nstages:\n  a:\n    cmd: x\n    wdir: y\n",
    "'dvc.lock' validation failed: extra keys not allowed, in stages -> a -> wdir, line 5.",
  ],
  [
    "schema: '2.0'\nstages:\n  a:\n    cmd: x\n    outs:\n    - path: p\n      cache: false\n",
    "'dvc.lock' validation failed: extra keys not allowed, in stages -> a -> outs -> 0 -> cache, line 7.",
  ],
  ["schema: '2.0'\nstages:\n  1:\n    cmd: x\n", "'dvc.lock' validation failed: extra keys not allowed, in stages -> 1, line 3."],
])('what the schema does not allow is refused by file, key and line: %j', async (text, message) => {
  await expect(parseLockFile(text, 'dvc.lock')).rejects.toMatchObject({ code: 'invalid-metafile', message });
});
