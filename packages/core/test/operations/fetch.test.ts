import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { StorageError } from '@datapin/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { keyOf, type RemoteScene, remoteScene } from './remote-scene.ts';

let scene: RemoteScene;
beforeEach(() => {
  scene = remoteScene();
});
afterEach(() => {
  scene[Symbol.dispose]();
});

beforeEach(async () => {
  scene.write('data/a.txt', 'a');
  scene.write('data/sub/b.txt', 'bb'.repeat(1000));
  scene.write('single.txt', 'single');
  await scene.add('data', 'single.txt');
  await scene.push();
  scene.wipe('data', 'single.txt');
});

it('fills the cache and leaves the work tree alone', async () => {
  await expect(scene.fetch()).resolves.toMatchObject({ fetched: 4, files: 3, bytes: expect.any(Number), missing: [] });
  expect(scene.cacheKeys()).toEqual(scene.remoteKeys());
  expect([scene.has('data'), scene.has('single.txt')]).toEqual([false, false]);
});

it('a second time asks the remote for nothing', async () => {
  await scene.fetch();
  scene.reads.length = 0;
  await expect(scene.fetch()).resolves.toMatchObject({ fetched: 0, missing: [] });
  expect(scene.reads).toEqual([]);
});

it('only what a target names, with the directory object that lists it', async () => {
  await scene.fetch({ targets: ['data/a.txt'] });
  expect(scene.cacheKeys()).toHaveLength(2);
  expect(scene.cacheKeys()).toContain(keyOf('a'));
});

it.each([
  ['above the size of the file alone', 10, [keyOf('single')]],
  ['below both', 3, []],
])('leaves out what is larger than `maxSize` (%s)', async (_, maxSize, keys) => {
  await scene.fetch({ maxSize, targets: ['single.txt'] });
  expect(scene.cacheKeys()).toEqual(keys);
});

it('only metrics, only plots', async () => {
  scene.write('m.json', '1');
  scene.write('p.csv', '2');
  scene.write('o.txt', '3');
  scene.write('dvc.yaml', 'stages:\n  s:\n    cmd: x\n    outs: [o.txt]\n    metrics: [m.json]\n    plots: [p.csv]\n');
  await scene.commit({ targets: ['s'], force: true });
  await scene.push();
  scene.wipe();
  await scene.fetch({ types: ['metrics'] });
  expect(scene.cacheKeys()).toEqual([keyOf('1')]);
  await scene.fetch({ types: ['metrics', 'plots'] });
  expect(scene.cacheKeys()).toEqual([keyOf('1'), keyOf('2')].toSorted());
});

describe('what does not come', () => {
  it('is named as missing when the store says so', async () => {
    rmSync(join(scene.remoteDir(), keyOf('a')));
    const { missing, fetched } = await scene.fetch();
    expect(missing).toMatchObject([{ path: 'data/a.txt', reason: 'missing', remote: 'store' }]);
    expect(fetched).toBe(3);
  });

  it.each([
    ['forbidden', 'denied', 'credentials-refused'],
    ['invalid-request', 'failed', 'remote-refused'],
  ] as const)('is never called missing when the store says %s', async (said, reason, code) => {
    scene.spy.beforeRead = (key) => {
      if (key === keyOf('a')) throw new StorageError(said, 'because');
    };
    const { missing } = await scene.fetch();
    expect(missing).toMatchObject([{ path: 'data/a.txt', reason, code }]);
    expect(missing[0]?.message).toContain('because');
  });

  it('a folder remote that is not there (not mounted) is not reported as lost data, neither small nor large', async () => {
    scene.write('large', Buffer.alloc(17 * 1024 * 1024));
    await scene.add('large');
    scene.wipe('large');
    rmSync(scene.remoteDir(), { recursive: true });
    const { missing } = await scene.fetch();
    expect(missing.length).toBeGreaterThan(1);
    expect(new Set(missing.map(({ code }) => code))).toEqual(new Set(['remote-unavailable']));
  });

  it('what passes is tried again', async () => {
    let failures = 0;
    scene.spy.beforeRead = (key) => {
      if (key !== keyOf('a') || failures >= 2) return;
      failures += 1;
      throw new StorageError('interrupted', 'cut off');
    };
    await expect(scene.fetch()).resolves.toMatchObject({ missing: [] });
    expect(scene.events.filter(({ type }) => type === 'retry')).toHaveLength(2);
  });
});

describe('the total of a download', () => {
  /** The totals that were told of files, the directory objects before them left out. */
  const totals = (files: number): readonly (number | undefined)[] => [
    ...new Set(
      scene.events.flatMap((event) =>
        event.type === 'progress' && event.work === 'download' && event.totalFiles === files ? [event.totalBytes] : [],
      ),
    ),
  ];

  it('is what the metafiles of directories and files say', async () => {
    await scene.fetch();
    expect(totals(3)).toEqual([1 + 2000 + 6]);
  });

  it('is less what is here', async () => {
    await scene.fetch({ targets: ['data/a.txt'] });
    await scene.fetch();
    expect(totals(2)).toEqual([2000 + 6]);
  });

  it.each([
    ['a part of a directory', ['data/sub'], 1],
    ['files that are the same', ['twins'], 2],
  ])('is not told where nobody knows it: %s', async (_, targets, files) => {
    scene.write('twins/one', 'twin');
    scene.write('twins/two', 'twin');
    scene.write('twins/three', 'another');
    await scene.add('twins');
    await scene.push();
    scene.wipe('twins');
    await scene.fetch({ targets });
    expect(totals(files)).toEqual([undefined]);
  });
});
