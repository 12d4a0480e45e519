import { chmodSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { damage, keyOf, type RemoteScene, remoteScene } from './remote-scene.ts';

let scene: RemoteScene;
beforeEach(() => {
  scene = remoteScene();
});
afterEach(() => {
  scene[Symbol.dispose]();
});

/** `data/` with three files and `single.txt`, added and pushed; then nothing of it is here any more. */
async function pushedAway(): Promise<void> {
  scene.write('data/a.txt', 'a');
  scene.write('data/sub/b.txt', 'bb');
  scene.write('data/sub/c.txt', 'ccc');
  scene.write('single.txt', 'single');
  await scene.add('data', 'single.txt');
  scene.save();
  await scene.push();
  scene.wipe('data', 'single.txt');
}

describe('in a fresh clone', () => {
  beforeEach(pushedAway);

  it('places every file and says what it did', async () => {
    const result = await scene.pull();
    expect(scene.tree('data')).toEqual({ 'a.txt': 'a', 'sub/b.txt': 'bb', 'sub/c.txt': 'ccc' });
    expect(scene.read('single.txt')).toBe('single');
    expect(result).toMatchObject({
      fetch: { fetched: 5, files: 4, missing: [] },
      checkout: { added: ['data/', 'single.txt'], modified: [], deleted: [], failed: [], fileCounts: { added: 4 } },
      files: 4,
      bytes: 12,
      complete: true,
    });
  });

  it('a second pull asks the remote for nothing', async () => {
    await scene.pull();
    scene.reads.length = 0;
    const again = await scene.pull();
    expect(scene.reads).toEqual([]);
    expect(again).toMatchObject({ fetch: { fetched: 0 }, checkout: { added: [], modified: [], deleted: [] }, files: 4, complete: true });
  });

  it('the same data gives the same data hash, other data another one', async () => {
    const first = await scene.pull();
    scene.wipe('data', 'single.txt');
    const second = await scene.pull();
    scene.write('single.txt', 'other');
    await scene.add('single.txt');
    const third = await scene.pull();
    expect(second.dataHash).toBe(first.dataHash);
    expect(third.dataHash).not.toBe(first.dataHash);
  });

  it('an object that two paths share is fetched once and placed twice', async () => {
    scene.write('copy.txt', 'single');
    await scene.add('copy.txt');
    scene.wipe('copy.txt');
    const { fetch } = await scene.pull();
    expect(scene.reads.filter((key) => key === keyOf('single'))).toHaveLength(1);
    expect(fetch.fetched).toBe(5);
    expect([scene.read('copy.txt'), scene.read('single.txt')]).toEqual(['single', 'single']);
  });

  it('places files while others still download', async () => {
    let placedMeanwhile = false;
    const last = keyOf('ccc');
    scene.spy.beforeRead = async (key) => {
      if (key !== last) return;
      await expect.poll(() => scene.has('data/a.txt') && scene.has('single.txt')).toBe(true);
      placedMeanwhile = true;
    };
    await scene.pull();
    expect(placedMeanwhile).toBe(true);
    expect(scene.read('data/sub/c.txt')).toBe('ccc');
  });
});

describe('targets', () => {
  beforeEach(pushedAway);

  it.each([
    ['a file in a directory', 'data/a.txt', ['a.txt']],
    ['a folder in a directory', 'data/sub', ['sub/b.txt', 'sub/c.txt']],
    ['the directory', 'data', ['a.txt', 'sub/b.txt', 'sub/c.txt']],
    ['its metafile', 'data.dvc', ['a.txt', 'sub/b.txt', 'sub/c.txt']],
  ])('%s: only that is fetched and placed', async (_, target, names) => {
    const { fetch, files } = await scene.pull({ targets: [target] });
    expect(Object.keys(scene.tree('data'))).toEqual(names);
    expect(scene.has('single.txt')).toBe(false);
    expect([fetch.files, files]).toEqual([names.length, names.length]);
  });

  it('a part leaves the rest of the directory alone, also what is changed or not tracked there', async () => {
    await scene.pull();
    scene.write('data/a.txt', 'my work');
    scene.write('data/mine.txt', 'untracked');
    rmSync(scene.path('data/sub'), { recursive: true });
    await scene.pull({ targets: ['data/sub'] });
    expect(scene.tree('data')).toEqual({ 'a.txt': 'my work', 'mine.txt': 'untracked', 'sub/b.txt': 'bb', 'sub/c.txt': 'ccc' });
  });

  it('relative to the folder the command runs in', async () => {
    mkdirSync(scene.path('elsewhere'));
    await scene.pull({ targets: ['../data/a.txt'], cwd: 'elsewhere' });
    expect(scene.tree('data')).toEqual({ 'a.txt': 'a' });
  });

  it('an unknown one is refused, with the nearest as a suggestion', async () => {
    await expect(scene.pull({ targets: ['date'] })).rejects.toMatchObject({
      code: 'unknown-target',
      message: "'date' is not tracked",
      hint: "Did you mean 'data'?",
    });
  });

  it('a folder of metafiles with recursive', async () => {
    scene.write('sub/x.txt', 'x');
    scene.write('sub/deep/y.txt', 'y');
    await scene.add('sub/x.txt', 'sub/deep/y.txt');
    await scene.push();
    scene.wipe('sub/x.txt', 'sub/deep/y.txt');
    await scene.pull({ targets: ['sub'], recursive: true });
    expect([scene.read('sub/x.txt'), scene.read('sub/deep/y.txt'), scene.has('single.txt')]).toEqual(['x', 'y', false]);
  });

  it('patterns with glob, matched against what is there', async () => {
    await scene.pull({ targets: ['d*.dvc'], glob: true });
    expect([scene.has('data/a.txt'), scene.has('single.txt')]).toEqual([true, false]);
  });
});

describe('a pipeline stage', () => {
  beforeEach(async () => {
    scene.write('raw.txt', 'raw');
    await scene.add('raw.txt');
    scene.write('out.txt', 'out');
    scene.write(
      'dvc.yaml',
      'stages:\n  make:\n    cmd: cp raw.txt out.txt\n    deps:\n    - raw.txt\n    outs:\n    - out.txt\n    metrics:\n    - score.json:\n        cache: false\n',
    );
    scene.write('score.json', '1');
    await scene.commit({ targets: ['make'], force: true });
    scene.save();
    await scene.push();
    scene.wipe('raw.txt', 'out.txt', 'score.json');
  });

  it('is a target by its name', async () => {
    await scene.pull({ targets: ['make'] });
    expect([scene.read('out.txt'), scene.has('raw.txt')]).toEqual(['out', false]);
  });

  it('brings what it needs with `withDeps`', async () => {
    await scene.pull({ targets: ['make'], withDeps: true });
    expect([scene.read('out.txt'), scene.read('raw.txt')]).toEqual(['out', 'raw']);
  });

  it('an output with `cache: false` is nothing to pull', async () => {
    const result = await scene.pull();
    expect(result).toMatchObject({ complete: true, files: 2 });
    expect(scene.has('score.json')).toBe(false);
  });
});

describe('what is not in the cache', () => {
  beforeEach(async () => {
    await pushedAway();
    await scene.pull();
    scene.reads.length = 0;
  });

  it.each([
    ['a changed file', 'single.txt'],
    ['a changed file in a directory', 'data/a.txt'],
    ['an untracked file in a directory', 'data/mine.txt'],
  ])('%s stops the pull before anything is fetched or changed', async (_, path) => {
    scene.write(path, 'my work');
    rmSync(scene.path('data/sub'), { recursive: true });
    scene.wipe();
    const before = scene.tree();
    await expect(scene.pull()).rejects.toMatchObject({
      code: 'unsaved-changes',
      details: expect.arrayContaining([expect.objectContaining({ message: path })]),
    });
    expect(scene.tree()).toEqual(before);
    expect(scene.reads.filter((key) => !key.endsWith('.dir'))).not.toContain(keyOf('bb'));
  });

  it('is given up with force', async () => {
    scene.write('single.txt', 'my work');
    scene.write('data/mine.txt', 'mine');
    const { checkout } = await scene.pull({ force: true });
    expect([scene.read('single.txt'), scene.has('data/mine.txt')]).toEqual(['single', false]);
    expect(checkout).toMatchObject({ modified: ['data/', 'single.txt'], fileCounts: { modified: 1, deleted: 1 } });
  });

  it('in the cache it is replaced without a word', async () => {
    scene.write('single.txt', 'second');
    await scene.add('single.txt');
    scene.git('checkout', '--', 'single.txt.dvc');
    await scene.pull();
    expect(scene.read('single.txt')).toBe('single');
  });

  it('ignored files in a tracked directory are invisible', async () => {
    scene.write('.dvcignore', '*.log\n');
    scene.write('data/run.log', 'log');
    await expect(scene.pull()).resolves.toMatchObject({ complete: true });
    expect(scene.read('data/run.log')).toBe('log');
  });
});

describe('a missing object', () => {
  beforeEach(pushedAway);

  it('is named; everything else is placed', async () => {
    rmSync(join(scene.remoteDir(), keyOf('bb')));
    const result = await scene.pull();
    expect(result).toMatchObject({
      complete: false,
      files: 3,
      fetch: { missing: [{ path: 'data/sub/b.txt', reason: 'missing', code: 'object-missing', remote: 'store' }] },
      checkout: { failed: ['data'], added: ['data/', 'single.txt'] },
    });
    expect(scene.tree('data')).toEqual({ 'a.txt': 'a', 'sub/c.txt': 'ccc' });
  });

  it('leaves an older file where it is', async () => {
    await scene.pull();
    scene.write('single.txt', 'second');
    await scene.add('single.txt');
    scene.write('single.txt', 'single');
    rmSync(scene.path(`.dvc/cache/${keyOf('second')}`));
    const { complete } = await scene.pull();
    expect([complete, scene.read('single.txt')]).toEqual([false, 'single']);
  });

  it('a directory object: nothing is said about its files, and nothing of it is removed', async () => {
    const directory = scene.remoteKeys().find((key) => key.endsWith('.dir')) ?? '';
    rmSync(join(scene.remoteDir(), directory));
    scene.write('data/mine.txt', 'mine');
    const result = await scene.pull();
    expect(result).toMatchObject({ complete: false, files: 1, checkout: { failed: ['data'] } });
    expect(result.fetch.missing).toMatchObject([{ path: 'data', code: 'object-missing' }]);
    expect(scene.tree('data')).toEqual({ 'mine.txt': 'mine' });
  });

  it('is found on the next pull when it has been pushed', async () => {
    const place = join(scene.remoteDir(), keyOf('bb'));
    rmSync(place);
    await scene.pull();
    writeFileSync(place, 'bb');
    await expect(scene.pull()).resolves.toMatchObject({ complete: true, fetch: { fetched: 1 } });
    expect(scene.read('data/sub/b.txt')).toBe('bb');
  });
});

describe('a large file', () => {
  const large = 'x'.repeat(1_500_000);
  beforeEach(async () => {
    scene.write('folder/large.bin', large);
    scene.write('folder/twin.bin', large);
    await scene.add('folder');
    scene.save();
    await scene.push();
    scene.wipe('folder');
  });

  it('is in both of its places, whole', async () => {
    await expect(scene.pull()).resolves.toMatchObject({ complete: true });
    expect(scene.tree('folder')).toEqual({ 'large.bin': large, 'twin.bin': large });
    expect(scene.cacheKeys()).toContain(keyOf(large));
    await scene.pull();
    expect(scene.git('status', '--porcelain')).toBe('');
  });

  it('that arrives damaged leaves nothing', async () => {
    damage(join(scene.remoteDir(), keyOf(large)), large.replace('x', 'y'));
    const result = await scene.pull();
    expect(result.fetch.missing.map(({ code }) => code)).toContain('object-corrupt');
    expect(result.complete).toBe(false);
    expect(scene.tree('folder')).toEqual({});
    expect(scene.cacheKeys()).not.toContain(keyOf(large));
  });
});

describe('damage', () => {
  beforeEach(pushedAway);

  it('a damaged object on the remote is refused; everything else comes', async () => {
    damage(join(scene.remoteDir(), keyOf('bb')), 'xx');
    const result = await scene.pull();
    expect(result.fetch.missing).toMatchObject([{ path: 'data/sub/b.txt', code: 'object-corrupt' }]);
    expect(scene.tree('data')).toEqual({ 'a.txt': 'a', 'sub/c.txt': 'ccc' });
    expect(scene.cacheKeys()).not.toContain(keyOf('bb'));
  });

  it('a damaged directory object on the remote is refused', async () => {
    const directory = scene.remoteKeys().find((key) => key.endsWith('.dir')) ?? '';
    damage(join(scene.remoteDir(), directory), '[]');
    const result = await scene.pull();
    expect(result.fetch.missing).toMatchObject([{ path: 'data', code: 'object-corrupt' }]);
    expect(scene.has('data')).toBe(false);
  });

  it('a damaged object in the cache is never placed: it is removed, and named as not in the cache', async () => {
    await scene.fetch();
    damage(scene.path(`.dvc/cache/${keyOf('bb')}`), 'xx');
    const { failed } = await scene.checkout();
    expect(failed).toEqual(['data']);
    expect(scene.tree('data')).toEqual({ 'a.txt': 'a', 'sub/c.txt': 'ccc' });
    expect(scene.cacheKeys()).not.toContain(keyOf('bb'));
  });

  it('a damaged directory object in the cache is never believed', async () => {
    await scene.fetch();
    const directory = scene.cacheKeys().find((key) => key.endsWith('.dir')) ?? '';
    damage(scene.path(`.dvc/cache/${directory}`), '[{"md5": "900150983cd24fb0d6963f7d28e17f72", "relpath": "else"}]');
    await expect(scene.pull()).resolves.toMatchObject({ complete: true, fetch: { fetched: 1 } });
    expect(scene.tree('data')).toEqual({ 'a.txt': 'a', 'sub/b.txt': 'bb', 'sub/c.txt': 'ccc' });
  });

  it('a damaged object in the cache is fetched again by the same pull', async () => {
    await scene.fetch();
    damage(scene.path(`.dvc/cache/${keyOf('bb')}`), 'xx');
    await expect(scene.pull()).resolves.toMatchObject({ complete: true });
    expect(scene.read('data/sub/b.txt')).toBe('bb');
  });
});

describe('cancelled in the middle', () => {
  it('leaves nothing half done, and the next run finishes', async () => {
    const contents: Record<string, string> = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`${index}.txt`, `content ${index}`]),
    );
    for (const [name, content] of Object.entries(contents)) scene.write(`data/${name}`, content);
    await scene.add('data');
    await scene.push();
    scene.wipe('data');
    const controller = new AbortController();
    scene.spy.beforeRead = () => {
      if (scene.reads.length === 30) controller.abort();
    };
    await expect(scene.pull({ signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
    delete scene.spy.beforeRead;
    const placed = scene.tree('data');
    expect(Object.entries(placed).filter(([name, content]) => contents[name] !== content)).toEqual([]);
    const objects = scene.cacheKeys().filter((key) => !key.endsWith('.dir'));
    expect(objects.filter((key) => !Object.values(contents).some((content) => keyOf(content) === key))).toEqual([]);
    await expect(scene.pull()).resolves.toMatchObject({ complete: true });
    expect(scene.tree('data')).toEqual(contents);
  });
});

describe('links and modes', () => {
  beforeEach(pushedAway);

  it('cache.type hardlink: the file is the object', async () => {
    scene.write('.dvc/config', `${readFileSync(scene.path('.dvc/config'), 'utf8')}[cache]\n    type = hardlink\n`);
    await scene.pull();
    expect(statSync(scene.path('data/a.txt')).ino).toBe(statSync(scene.path(`.dvc/cache/${keyOf('a')}`)).ino);
  });

  it('cache.type symlink: the file leads to the object', async () => {
    scene.write('.dvc/config', `${readFileSync(scene.path('.dvc/config'), 'utf8')}[cache]\n    type = symlink\n`);
    await scene.pull();
    expect(lstatSync(scene.path('data/a.txt')).isSymbolicLink()).toBe(true);
    expect(scene.read('data/a.txt')).toBe('a');
    await expect(scene.pull()).resolves.toMatchObject({ checkout: { added: [], modified: [] } });
  });

  it('by default it is a file of its own that may be changed', async () => {
    await scene.pull();
    writeFileSync(scene.path('data/a.txt'), 'changed');
    expect(readFileSync(scene.path(`.dvc/cache/${keyOf('a')}`), 'utf8')).toBe('a');
  });

  it('an executable file is executable for its user', async () => {
    scene.write('run.sh', '#!/bin/sh\n');
    chmodSync(scene.path('run.sh'), 0o755);
    await scene.add('run.sh');
    scene.wipe('run.sh');
    await scene.pull({ targets: ['run.sh'] });
    // Never pushed: the cache was wiped, so there is nothing to place.
    expect(scene.has('run.sh')).toBe(false);
    scene.write('run.sh', '#!/bin/sh\n');
    chmodSync(scene.path('run.sh'), 0o755);
    await scene.add('run.sh');
    await scene.push();
    scene.wipe('run.sh');
    await scene.pull();
    expect(statSync(scene.path('run.sh')).mode & 0o777).toBe(0o744);
    await expect(scene.pull()).resolves.toMatchObject({ checkout: { modified: [] } });
  });

  it('an empty directory that is pinned is made', async () => {
    mkdirSync(scene.path('empty'));
    await scene.add('empty');
    await scene.push();
    scene.wipe('empty');
    const { checkout } = await scene.pull({ targets: ['empty'] });
    expect(statSync(scene.path('empty')).isDirectory()).toBe(true);
    expect(checkout.added).toEqual(['empty/']);
    await expect(scene.pull({ targets: ['empty'] })).resolves.toMatchObject({ checkout: { added: [] } });
  });

  it('an output that is a symbolic link to somewhere else is not written through', async () => {
    symlinkSync(scene.remoteDir(), scene.path('data'));
    await expect(scene.pull({ targets: ['data'], force: true })).rejects.toMatchObject({ code: 'unsafe-path' });
    expect(scene.remoteKeys().filter((key) => !key.startsWith('files/'))).toEqual([]);
  });
});

describe('remotes', () => {
  it('an output that names its remote is pulled from there', async () => {
    scene.write('here.txt', 'here');
    scene.write('there.txt', 'there');
    await scene.add('here.txt', 'there.txt');
    scene.write('there.txt.dvc', `${scene.read('there.txt.dvc')}  remote: other\n`);
    await scene.push();
    expect([scene.remoteKeys(), scene.remoteKeys('other')]).toEqual([[keyOf('here')], [keyOf('there')]]);
    scene.wipe('here.txt', 'there.txt');
    await expect(scene.pull()).resolves.toMatchObject({ complete: true });
    expect([scene.read('here.txt'), scene.read('there.txt')]).toEqual(['here', 'there']);
  });

  it('a requested remote takes the place of the default', async () => {
    scene.write('x.txt', 'x');
    await scene.add('x.txt');
    await scene.push({ remote: 'other' });
    scene.wipe('x.txt');
    await expect(scene.pull()).resolves.toMatchObject({ complete: false });
    await expect(scene.pull({ remote: 'other' })).resolves.toMatchObject({ complete: true });
  });

  it('an unknown remote is refused before anything is done', async () => {
    await expect(scene.pull({ remote: 'nowhere' })).rejects.toMatchObject({ code: 'unknown-remote' });
  });

  it('`push: false` data is on no remote', async () => {
    scene.write('x.txt', 'x');
    await scene.add('x.txt');
    scene.write('x.txt.dvc', `${scene.read('x.txt.dvc')}  push: false\n`);
    await expect(scene.push()).resolves.toMatchObject({ pushed: 0 });
    scene.wipe('x.txt');
    await expect(scene.pull()).resolves.toMatchObject({ complete: false });
  });
});

describe('revisions', () => {
  beforeEach(async () => {
    scene.write('x.txt', 'first');
    await scene.add('x.txt');
    scene.save();
    scene.git('tag', 'v1');
    scene.git('branch', 'old');
    scene.write('x.txt', 'second');
    await scene.add('x.txt');
    scene.save();
    scene.write('x.txt', 'third');
    await scene.add('x.txt');
    scene.save();
  });

  it.each([
    ['the work tree', {}, ['third']],
    ['branches', { allBranches: true }, ['first', 'third']],
    ['tags', { allTags: true }, ['first', 'third']],
    ['commits', { allCommits: true }, ['first', 'second', 'third']],
  ])('%s: push, fetch and pull know what they pin', async (_, scope, contents) => {
    const keys = contents.map((content) => keyOf(content)).sort();
    await expect(scene.push(scope)).resolves.toMatchObject({ pushed: contents.length });
    expect(scene.remoteKeys()).toEqual(keys);
    scene.wipe('x.txt');
    await expect(scene.fetch(scope)).resolves.toMatchObject({ fetched: contents.length, missing: [] });
    expect(scene.cacheKeys()).toEqual(keys);
    scene.wipe('x.txt');
    await expect(scene.pull(scope)).resolves.toMatchObject({ complete: true, files: 1, fetch: { fetched: contents.length } });
    expect(scene.read('x.txt')).toBe('third');
  });

  it('a target that another revision does not have is no error there', async () => {
    scene.write('new.txt', 'new');
    await scene.add('new.txt');
    scene.save();
    await expect(scene.push({ allCommits: true, targets: ['new.txt'] })).resolves.toMatchObject({ pushed: 1 });
  });
});
