/** What `commit` leaves is compared with real DVC's elsewhere; here is what it promises beyond that. */
import { rmSync, statSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { keyOf, type RemoteScene, remoteScene } from './remote-scene.ts';

let scene: RemoteScene;
beforeEach(async () => {
  scene = remoteScene();
  scene.write('one.txt', 'one');
  scene.write('data/a', 'a');
  scene.write('data/b', 'b');
  await scene.add('one.txt', 'data');
});
afterEach(() => {
  scene[Symbol.dispose]();
});

it('pins and stores what the work tree has now', async () => {
  scene.write('one.txt', 'two');
  await expect(scene.commit({ force: true })).resolves.toMatchObject({ changed: ['one.txt.dvc'], staged: false });
  expect(scene.cacheKeys()).toContain(keyOf('two'));
  await expect(scene.checkout()).resolves.toMatchObject({ modified: [] });
  expect(scene.read('one.txt')).toBe('two');
});

it('with nothing changed writes nothing', async () => {
  const before = statSync(scene.path('one.txt.dvc')).mtimeMs;
  await expect(scene.commit({ force: true })).resolves.toMatchObject({ changed: [] });
  expect(statSync(scene.path('one.txt.dvc')).mtimeMs).toBe(before);
});

it('without force a changed stage is refused, and no other one is written either', async () => {
  scene.write('one.txt', 'two');
  rmSync(scene.path(`.dvc/cache/${keyOf('a')}`));
  const before = [scene.read('one.txt.dvc'), scene.read('data.dvc'), scene.cacheKeys()];
  await expect(scene.commit()).rejects.toMatchObject({ code: 'not-committed' });
  expect([scene.read('one.txt.dvc'), scene.read('data.dvc'), scene.cacheKeys()]).toEqual(before);
});

it('without force it stores again what the cache has lost', async () => {
  rmSync(scene.path(`.dvc/cache/${keyOf('a')}`));
  rmSync(scene.path(`.dvc/cache/${keyOf('one')}`));
  await expect(scene.commit()).resolves.toMatchObject({ changed: [] });
  expect(scene.cacheKeys()).toEqual(expect.arrayContaining([keyOf('a'), keyOf('one')]));
});

describe('a part of a directory', () => {
  it('only its entries change: the rest stays pinned as it was', async () => {
    scene.write('data/a', 'A');
    scene.write('data/b', 'B');
    await scene.commit({ targets: ['data/a'], force: true });
    rmSync(scene.path('data'), { recursive: true });
    await scene.checkout();
    expect(scene.tree('data')).toEqual({ a: 'A', b: 'b' });
  });

  it('that is gone is taken out', async () => {
    rmSync(scene.path('data/a'));
    await scene.commit({ targets: ['data/a'], force: true });
    await expect(scene.checkout()).resolves.toMatchObject({ modified: [] });
    expect(scene.tree('data')).toEqual({ b: 'b' });
  });
});

describe('refused before anything is changed', () => {
  it('an output that is not there', async () => {
    rmSync(scene.path('one.txt'));
    scene.write('data/a', 'A');
    const before = scene.read('data.dvc');
    await expect(scene.commit({ targets: ['one.txt.dvc', 'data.dvc'], force: true })).rejects.toMatchObject({ code: 'target-missing' });
    expect(scene.read('data.dvc')).toBe(before);
  });

  it('an unknown target', async () => {
    await expect(scene.commit({ targets: ['nothing'], force: true })).rejects.toMatchObject({ code: 'unknown-target' });
  });
});

it('core.autostage stages what was written', async () => {
  scene.save();
  scene.write('.dvc/config', `${scene.read('.dvc/config')}[core]\n    autostage = true\n`.replace('[core]\n    remote = store\n', ''));
  scene.write('one.txt', 'two');
  await expect(scene.commit({ force: true })).resolves.toMatchObject({ staged: true, toStage: [scene.path('one.txt.dvc')] });
  expect(scene.git('diff', '--cached', '--name-only')).toBe('one.txt.dvc\n');
});
