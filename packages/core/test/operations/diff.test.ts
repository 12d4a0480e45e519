import { rmSync } from 'node:fs';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { diff, type DiffRequest, type DiffResult } from '../../src/operations/diff.ts';
import { md5 } from '../project/metafiles.ts';
import { type RemoteScene, remoteScene } from './remote-scene.ts';

let scene: RemoteScene;
beforeEach(async () => {
  scene = remoteScene();
  scene.write('data/a', '1');
  scene.write('data/b', '2');
  scene.write('file', '3');
  await scene.add('data', 'file');
  scene.save();
  scene.git('tag', 'v1');
});
afterEach(() => {
  scene[Symbol.dispose]();
});

const nothing: DiffResult = { added: [], deleted: [], modified: [], renamed: [], notInCache: [] };

async function differences(request: Partial<DiffRequest> = {}): Promise<DiffResult> {
  const defaults = { from: undefined, to: undefined, targets: undefined, hideMissing: false };
  return diff(await scene.open(), { ...defaults, ...request }, scene.context);
}

/** Paths of one kind of change, renames as `old > new`. */
function pathsOf(result: DiffResult): Record<string, string[]> {
  const kinds = Object.entries(result) as [string, readonly { readonly path: string | { readonly old: string; readonly new: string } }[]][];
  return Object.fromEntries(
    kinds
      .filter(([, entries]) => entries.length > 0)
      .map(([kind, entries]) => [kind, entries.map(({ path }) => (typeof path === 'string' ? path : `${path.old} > ${path.new}`))]),
  );
}

async function secondVersion(): Promise<void> {
  scene.write('data/a', 'changed');
  rmSync(scene.path('data/b'));
  scene.write('data/c', 'new');
  scene.write('more', '4');
  rmSync(scene.path('file'));
  rmSync(scene.path('file.dvc'));
  await scene.add('data', 'more');
  scene.save();
  scene.git('tag', 'v2');
}

test('of a commit and an unchanged work tree there is none', async () => {
  expect(await differences()).toEqual(nothing);
});

test('between the last commit and the work tree', async () => {
  scene.write('data/a', 'x');
  rmSync(scene.path('file'));
  expect(pathsOf(await differences())).toEqual({ modified: ['data/', 'data/a'], deleted: ['file'] });
});

test('between two revisions, with hashes', async () => {
  await secondVersion();
  const found = await differences({ from: 'v1', to: 'v2' });
  expect(pathsOf(found)).toEqual({ added: ['data/c', 'more'], deleted: ['data/b', 'file'], modified: ['data/', 'data/a'] });
  expect(found.modified[1]).toEqual({ path: 'data/a', hash: { old: md5('1'), new: md5('changed') } });
  expect(found.added[1]).toEqual({ path: 'more', hash: md5('4') });
});

test('between a revision and the work tree', async () => {
  await secondVersion();
  expect(pathsOf(await differences({ from: 'v1' }))['added']).toEqual(['data/c', 'more']);
});

test('shows what moved', async () => {
  rmSync(scene.path('data/a'));
  scene.write('data/z/a', '1');
  expect(pathsOf(await differences())).toEqual({ modified: ['data/'], renamed: ['data/a > data/z/a'] });
});

test('with the work tree shows what the cache lacks, unless it is to be hidden', async () => {
  scene.wipe();
  expect(pathsOf(await differences())).toEqual({ notInCache: ['data/', 'file'] });
  expect(await differences({ hideMissing: true })).toEqual(nothing);
  await secondVersion();
  expect((await differences({ from: 'v1', to: 'v2' })).notInCache).toEqual([]);
});

test('of targets is only of these', async () => {
  await secondVersion();
  const between = { from: 'v1', to: 'v2' };
  expect(pathsOf(await differences({ ...between, targets: ['data/a'] }))).toEqual({ modified: ['data/a'] });
  expect(pathsOf(await differences({ ...between, targets: ['file', 'more'] }))).toEqual({ added: ['more'], deleted: ['file'] });
});

test('of a target that neither side has is an error', async () => {
  await secondVersion();
  await expect(differences({ from: 'v1', to: 'v2', targets: ['nope'] })).rejects.toMatchObject({ code: 'unknown-target' });
});

test('of an unknown revision is an error', async () => {
  await expect(differences({ from: 'nope' })).rejects.toMatchObject({ code: 'unknown-revision', message: "unknown Git revision 'nope'" });
});

test('before the first commit there is none', async () => {
  rmSync(scene.path('.git'), { recursive: true });
  scene.git('init', '-q');
  expect(await differences()).toEqual(nothing);
});

test('without git there is nothing to compare with', async () => {
  scene.write('.dvc/config', '[core]\n    no_scm = True\n');
  await expect(differences()).rejects.toMatchObject({ code: 'no-git' });
});
