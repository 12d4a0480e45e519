import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { StorageError } from '@datapin/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { damage, keyOf, type RemoteScene, remoteScene } from './remote-scene.ts';

let scene: RemoteScene;
beforeEach(() => {
  scene = remoteScene();
});
afterEach(() => {
  scene[Symbol.dispose]();
});

const objectPath = (content: string): string => scene.path(`.dvc/cache/${keyOf(content)}`);
const isDirectory = (key: string): boolean => key.endsWith('.dir');

async function addData(): Promise<void> {
  scene.write('data/a.txt', 'a');
  scene.write('data/sub/b.txt', 'bb');
  scene.write('single.txt', 'single');
  await scene.add('data', 'single.txt');
}

describe('a push', () => {
  beforeEach(addData);

  it('stores every object, the directory object last', async () => {
    await expect(scene.push()).resolves.toMatchObject({ pushed: 4, bytes: expect.any(Number), missing: [], failed: [] });
    expect(scene.remoteKeys()).toEqual(scene.cacheKeys());
    expect(isDirectory(scene.writes.at(-1) ?? '')).toBe(true);
  });

  it('a second time stores nothing', async () => {
    await scene.push();
    scene.writes.length = 0;
    await expect(scene.push()).resolves.toMatchObject({ pushed: 0, bytes: 0 });
    expect(scene.writes).toEqual([]);
  });

  it('stores what an interrupted push left out', async () => {
    scene.spy.beforeWrite = (key) => {
      if (key === keyOf('bb')) throw new StorageError('forbidden', 'not this one');
    };
    const broken = await scene.push();
    expect(broken.failed.map(({ path }) => path).toSorted()).toEqual(['data', 'data/sub/b.txt']);
    expect(scene.remoteKeys().some(isDirectory)).toBe(false);
    delete scene.spy.beforeWrite;
    await expect(scene.push()).resolves.toMatchObject({ pushed: 2, failed: [] });
    expect(scene.remoteKeys()).toEqual(scene.cacheKeys());
  });

  it('cancelled in the middle leaves only whole objects and no directory object', async () => {
    const controller = new AbortController();
    scene.spy.beforeWrite = () => controller.abort();
    await expect(scene.push({ signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
    expect(scene.remoteKeys().filter((key) => !scene.cacheKeys().includes(key) || isDirectory(key))).toEqual([]);
    delete scene.spy.beforeWrite;
    await scene.push();
    expect(scene.remoteKeys()).toEqual(scene.cacheKeys());
  });
});

describe('targets', () => {
  beforeEach(addData);

  it.each([
    ['a file in a directory', 'data/a.txt', ['a']],
    ['a folder in a directory', 'data/sub', ['bb']],
    ['a single file', 'single.txt', ['single']],
  ])('%s: only that is stored, no directory object', async (_, target, contents) => {
    await scene.push({ targets: [target] });
    expect(scene.remoteKeys()).toEqual(contents.map((content) => keyOf(content)));
  });

  it('the whole directory with its directory object', async () => {
    await scene.push({ targets: ['data'] });
    expect(scene.remoteKeys().filter(isDirectory)).toHaveLength(1);
    expect(scene.remoteKeys()).toHaveLength(3);
  });

  it('metafiles by pattern with glob', async () => {
    await scene.push({ targets: ['s*.dvc'], glob: true });
    expect(scene.remoteKeys()).toEqual([keyOf('single')]);
  });

  it('an unknown one is refused', async () => {
    await expect(scene.push({ targets: ['nothing'] })).rejects.toMatchObject({ code: 'unknown-target' });
  });
});

describe('which remote', () => {
  beforeEach(addData);

  it('a requested remote takes the place of the default', async () => {
    await scene.push({ remote: 'other', targets: ['single.txt'] });
    expect([scene.remoteKeys(), scene.remoteKeys('other')]).toEqual([[], [keyOf('single')]]);
  });

  it('an output that names its remote only goes there, and is left out when another one is requested', async () => {
    scene.write('single.txt.dvc', `${scene.read('single.txt.dvc')}  remote: other\n`);
    await scene.push({ remote: 'store' });
    expect([scene.remoteKeys().includes(keyOf('single')), scene.remoteKeys('other')]).toEqual([false, []]);
    await scene.push();
    expect(scene.remoteKeys('other')).toEqual([keyOf('single')]);
  });

  it('with no default remote it is refused, also when there is nothing to push', async () => {
    scene.write('.dvc/config', '');
    const none = { code: 'no-remote', message: 'no remote is configured', hint: '`datapin remote add -d <name> <url>` adds one.' };
    await expect(scene.push()).rejects.toMatchObject(none);
    await expect(scene.push({ targets: ['single.txt'] })).rejects.toMatchObject(none);
  });

  it('with remotes of which none is the default, they are named', async () => {
    scene.write('.dvc/config', '[\'remote "one"\']\n    url = /one\n[\'remote "two"\']\n    url = /two\n');
    await expect(scene.push()).rejects.toMatchObject({
      code: 'no-remote',
      message: 'no default remote is set',
      hint: expect.stringContaining('Configured are: one, two.'),
    });
  });

  it('an unknown one is refused', async () => {
    await expect(scene.push({ remote: 'nowhere' })).rejects.toMatchObject({ code: 'unknown-remote' });
  });

  it('a version-aware remote is refused before anything is stored', async () => {
    scene.write('.dvc/config', '[\'remote "store"\']\n    url = ../../store\n    version_aware = true\n[core]\n    remote = store\n');
    await expect(scene.push()).rejects.toMatchObject({ code: 'unsupported' });
    expect(scene.remoteKeys()).toEqual([]);
  });
});

describe('what is left out', () => {
  it.each(['push: false', 'cache: false'])('an output with `%s`', async (flag) => {
    await addData();
    scene.write('single.txt.dvc', `${scene.read('single.txt.dvc')}  ${flag}\n`);
    await scene.push();
    expect(scene.remoteKeys()).not.toContain(keyOf('single'));
  });

  it('the data of a `dvc import`: it is fetched from its source again', async () => {
    await addData();
    const commit = 'a'.repeat(40);
    scene.write(
      'single.txt.dvc',
      `frozen: true\ndeps:\n- path: x\n  repo:\n    url: ../s\n    rev_lock: ${commit}\n${scene.read('single.txt.dvc')}`,
    );
    await scene.push();
    expect(scene.remoteKeys()).not.toContain(keyOf('single'));
  });

  it('the data of an `import-url` is stored', async () => {
    await addData();
    scene.write(
      'single.txt.dvc',
      `frozen: true\ndeps:\n- path: /elsewhere\n  md5: ${'a'.repeat(32)}\n  hash: md5\n${scene.read('single.txt.dvc')}`,
    );
    await scene.push();
    expect(scene.remoteKeys()).toContain(keyOf('single'));
  });
});

describe('what the cache lacks', () => {
  beforeEach(addData);

  it('is named when the remote lacks it, too; everything else is stored, but not the directory', async () => {
    rmSync(objectPath('bb'));
    const { missing, failed, pushed } = await scene.push();
    expect(missing.map(({ path, code }) => `${path} ${code}`).toSorted()).toEqual(['data cache-missing', 'data/sub/b.txt cache-missing']);
    expect([pushed, failed]).toEqual([2, []]);
    expect(scene.remoteKeys()).toEqual([keyOf('a'), keyOf('single')].toSorted());
  });

  it('is no matter when the remote has it', async () => {
    await scene.push();
    for (const key of scene.remoteKeys().filter(isDirectory)) rmSync(join(scene.remoteDir(), key));
    rmSync(objectPath('bb'));
    await expect(scene.push()).resolves.toMatchObject({ pushed: 1, missing: [] });
  });

  it('a directory whose directory object is lost is named; its files are unknown', async () => {
    for (const key of scene.cacheKeys().filter(isDirectory)) rmSync(scene.path(`.dvc/cache/${key}`));
    const { missing } = await scene.push();
    expect(missing).toMatchObject([{ path: 'data', code: 'cache-missing' }]);
    expect(scene.remoteKeys()).toEqual([keyOf('single')]);
  });

  it('a damaged object is not spread', async () => {
    damage(objectPath('bb'), 'xx');
    const { missing } = await scene.push();
    expect(missing.map(({ path }) => path).toSorted()).toEqual(['data', 'data/sub/b.txt']);
    expect(scene.remoteKeys()).toEqual([keyOf('a'), keyOf('single')].toSorted());
  });

  it('a damaged directory object is not spread', async () => {
    for (const key of scene.cacheKeys().filter(isDirectory)) damage(scene.path(`.dvc/cache/${key}`), '[]');
    const outcome = await scene.push().then(
      ({ missing }) => missing[0]?.code,
      (error: { code: string }) => error.code,
    );
    expect(outcome).toMatch(/^(cache-missing|invalid-directory-object|object-corrupt)$/u);
    expect(scene.remoteKeys().some(isDirectory)).toBe(false);
  });
});
