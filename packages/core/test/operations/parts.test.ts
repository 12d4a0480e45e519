import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { checkRemote } from '../../src/operations/check-remote.ts';
import type { Narrowing } from '../../src/operations/fetch.ts';
import { fetchRepository, knownCommit } from '../../src/operations/fetch-repository.ts';
import { planPull } from '../../src/operations/plan-pull.ts';
import { openProject } from '../../src/project/open-project.ts';
import { directoryObject, keyOf, type RemoteScene, remoteScene } from './remote-scene.ts';
import { transferRequest } from './transfer-request.ts';

let scene: RemoteScene;
beforeEach(async () => {
  scene = remoteScene();
  scene.write('data/a.txt', 'a');
  scene.write('data/sub/b.txt', 'bb');
  scene.write('single.txt', 'single');
  await scene.add('data', 'single.txt');
  scene.save('first');
  scene.git('tag', 'v1');
  await scene.push();
});
afterEach(() => {
  scene[Symbol.dispose]();
});

/** Keeps outputs and files by their paths. */
function only(keeps: (path: string) => boolean): Narrowing {
  return {
    outputs: (selected) => selected.filter(({ output }) => output.path === 'data' || keeps(output.path)),
    files: (_, files) => [...files].filter(({ path }) => keeps(path)).map(({ relpath }) => relpath),
  };
}

describe('a part that targets cannot name', () => {
  it('is all that is downloaded, placed and counted', async () => {
    scene.wipe('data', 'single.txt');
    const result = await scene.pull({ narrow: only((path) => path.endsWith('b.txt')) });
    expect(scene.tree()).toMatchObject({ 'data/sub/b.txt': 'bb' });
    expect(scene.has('data/a.txt') || scene.has('single.txt')).toBe(false);
    expect(scene.reads).toEqual([keyOf(directoryObject({ 'a.txt': 'a', 'sub/b.txt': 'bb' }), '.dir'), keyOf('bb')]);
    expect(result).toMatchObject({ files: 1, bytes: 2, complete: true });
  });

  it('leaves other files of the directory alone', async () => {
    scene.write('data/a.txt', 'changed');
    await scene.pull({ narrow: only((path) => path.endsWith('b.txt')) });
    expect(scene.read('data/a.txt')).toBe('changed');
  });

  it('may be nothing', async () => {
    scene.wipe('data', 'single.txt');
    expect(await scene.pull({ narrow: only(() => false) })).toMatchObject({ files: 0, complete: true });
    expect(scene.has('data')).toBe(false);
  });
});

describe('the pins of a commit', () => {
  beforeEach(async () => {
    scene.write('single.txt', 'newer');
    await scene.add('single.txt');
    scene.save('second');
    await scene.push();
  });

  it('are pulled in place of those of the work tree', async () => {
    const commit = scene.git('rev-parse', 'v1').trim();
    await scene.pull({ commit });
    expect(scene.read('single.txt')).toBe('single');
    expect(scene.git('status', '--porcelain', '--untracked-files=no')).toBe('');
  });

  it('can be placed elsewhere, where nothing else is touched', async () => {
    scene.write('other/place/mine.txt', 'mine');
    const commit = scene.git('rev-parse', 'v1').trim();
    const result = await scene.pull({ commit, destination: scene.path('other/place') });
    expect(scene.tree('other/place')).toEqual({ 'data/a.txt': 'a', 'data/sub/b.txt': 'bb', 'mine.txt': 'mine', 'single.txt': 'single' });
    expect(scene.read('single.txt')).toBe('newer');
    expect([...result.placed].sort()).toEqual(['data/a.txt', 'data/sub/b.txt', 'single.txt']);
  });

  it('replace nothing that would be lost', async () => {
    scene.write('other/single.txt', 'mine');
    await expect(scene.pull({ destination: scene.path('other') })).rejects.toMatchObject({ code: 'unsaved-changes' });
  });

  it('are found in a clone of one commit by asking its origin, and leave no name behind', async () => {
    const shallow = join(dirname(scene.root), 'shallow');
    scene.git('clone', '-q', '--depth=1', `file://${scene.root}`, shallow);
    const project = await scene.open();
    const { git } = await openProject({ cwd: shallow, env: project.env, storages: project.storages });
    const clone = { ...project, git };
    await expect(knownCommit(clone, { rev: 'v1', remote: undefined }, scene.context)).rejects.toMatchObject({ code: 'unknown-revision' });
    {
      await using known = await knownCommit(clone, { rev: 'v1', remote: 'origin' }, scene.context);
      expect(known.commit).toBe(scene.git('rev-parse', 'v1^{commit}').trim());
    }
    expect(scene.git('-C', shallow, 'for-each-ref', 'refs/datapin')).toBe('');
    await expect(knownCommit(clone, { rev: 'v9', remote: 'origin' }, scene.context)).rejects.toMatchObject({ code: 'unknown-revision' });
  });

  it('of another repository come in a folder that is gone afterwards', async () => {
    const project = await scene.open();
    let folder: string;
    {
      using fetched = await fetchRepository(project.env, { url: `file://${scene.root}`, rev: 'v1' }, scene.context);
      ({ folder } = fetched);
      expect(fetched.commit).toBe(scene.git('rev-parse', 'v1^{commit}').trim());
      expect(scene.git('-C', folder, 'ls-files')).toContain('single.txt.dvc');
    }
    expect(existsSync(folder)).toBe(false);
  });
});

describe('a plan', () => {
  it('counts what is selected and what the cache lacks, and asks nobody', async () => {
    const project = await scene.open();
    expect(await planPull(project, transferRequest)).toMatchObject({ files: 3, bytes: 9, lackingFiles: 0, lackingBytes: 0 });
    scene.wipe();
    scene.reads.length = 0;
    expect(await planPull(await scene.open(), transferRequest)).toMatchObject({ files: 3, bytes: 9, lackingFiles: 3, lackingBytes: 9 });
    expect(scene.reads).toEqual([]);
  });

  it('has the data hash of a pull', async () => {
    const { dataHash } = await scene.pull();
    expect((await planPull(await scene.open(), transferRequest)).dataHash).toBe(dataHash);
  });
});

describe('a check of the remote', () => {
  it('finds what was not pushed, and downloads directory objects only', async () => {
    rmSync(join(scene.remoteDir(), keyOf('bb')));
    scene.wipe();
    scene.reads.length = 0;
    const result = await checkRemote(await scene.open(), transferRequest, scene.context);
    expect(result.missing).toMatchObject([{ path: 'data/sub/b.txt', reason: 'missing', code: 'object-missing', remote: 'store' }]);
    expect(result).toMatchObject({ files: 2 });
    expect(scene.reads).toEqual([keyOf(directoryObject({ 'a.txt': 'a', 'sub/b.txt': 'bb' }), '.dir')]);
  });

  it('names a directory whose list of files is not there', async () => {
    rmSync(join(scene.remoteDir(), keyOf(directoryObject({ 'a.txt': 'a', 'sub/b.txt': 'bb' }), '.dir')));
    scene.wipe();
    const result = await checkRemote(await scene.open(), transferRequest, scene.context);
    expect(result.missing).toMatchObject([{ path: 'data', reason: 'missing' }]);
  });

  it('is content when all is there', async () => {
    expect(await checkRemote(await scene.open(), transferRequest, scene.context)).toMatchObject({ missing: [], files: 3, bytes: 9 });
  });
});
