import { chmodSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, unlinkSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DatapinError } from '../../src/errors.ts';
import { damage, keyOf, type RemoteScene, remoteScene } from './remote-scene.ts';

let scene: RemoteScene;
beforeEach(() => {
  scene = remoteScene();
});
afterEach(() => {
  scene[Symbol.dispose]();
});

const objectPath = (content: string, suffix = ''): string => scene.path(`.dvc/cache/${keyOf(content, suffix)}`);

/** Commits the work tree's state under a branch of this name and stays on it. */
function saveAs(branch: string): void {
  scene.git('checkout', '-q', '-b', branch);
  scene.save();
}

async function goTo(branch: string): ReturnType<RemoteScene['checkout']> {
  scene.git('checkout', '-q', branch);
  return scene.checkout();
}

describe('after a change of branch', () => {
  beforeEach(async () => {
    scene.write('same.txt', 'same');
    scene.write('changed.txt', 'one');
    scene.write('gone.txt', 'gone');
    scene.write('data/keep', 'keep');
    scene.write('data/change', 'old');
    scene.write('data/sub/remove', 'remove');
    await scene.add('same.txt', 'changed.txt', 'gone.txt', 'data');
    saveAs('one');
    scene.write('changed.txt', 'two');
    scene.write('data/change', 'new');
    scene.write('data/come/here', 'come');
    rmSync(scene.path('data/sub'), { recursive: true });
    await scene.add('changed.txt', 'data');
    scene.write('came/came.txt', 'came');
    await scene.add('came/came.txt');
    rmSync(scene.path('gone.txt.dvc'));
    saveAs('two');
    await scene.checkout();
  });

  it('shows what the metafiles pin, and names what changed', async () => {
    const back = await goTo('one');
    expect(back).toMatchObject({
      added: ['gone.txt'],
      modified: ['data/', 'changed.txt'],
      deleted: ['came/came.txt'],
      failed: [],
      fileCounts: { added: 2, modified: 2, deleted: 2 },
    });
    expect(scene.tree('data')).toEqual({ change: 'old', keep: 'keep', 'sub/remove': 'remove' });
    expect([scene.read('changed.txt'), scene.read('gone.txt'), scene.has('came/came.txt')]).toEqual(['one', 'gone', false]);
    const forth = await goTo('two');
    expect(forth).toMatchObject({ added: ['came/came.txt'], modified: ['data/', 'changed.txt'], deleted: ['gone.txt'] });
    expect(scene.tree('data')).toEqual({ 'come/here': 'come', change: 'new', keep: 'keep' });
    expect(scene.has('data/sub')).toBe(false);
  });

  it('a second checkout has nothing to do', async () => {
    await goTo('one');
    await expect(scene.checkout()).resolves.toMatchObject({ added: [], modified: [], deleted: [], failed: [] });
  });

  it('what is as it should be is not touched', async () => {
    const before = statSync(scene.path('data/keep')).ino;
    await goTo('one');
    expect(statSync(scene.path('data/keep')).ino).toBe(before);
  });

  it('only with targets: the rest stays, also what is no output any more', async () => {
    scene.git('checkout', '-q', 'one');
    await scene.checkout({ targets: ['changed.txt.dvc'] });
    expect([scene.read('changed.txt'), scene.read('data/change'), scene.has('came/came.txt')]).toEqual(['one', 'new', true]);
  });
});

describe('data that is no output any more', () => {
  beforeEach(async () => {
    scene.git('commit', '-q', '--allow-empty', '-m', 'start');
    scene.git('branch', 'empty');
    scene.write('file.txt', 'file');
    scene.write('data/a', 'a');
    await scene.add('file.txt', 'data');
    saveAs('full');
  });

  it('is removed', async () => {
    await expect(goTo('empty')).resolves.toMatchObject({ deleted: ['data/', 'file.txt'] });
    expect([scene.has('file.txt'), scene.has('data')]).toEqual([false, false]);
  });

  it('stays when it was changed', async () => {
    scene.write('file.txt', 'my work');
    scene.write('data/mine', 'my work');
    await expect(goTo('empty')).resolves.toMatchObject({ deleted: [] });
    expect([scene.read('file.txt'), scene.read('data/mine')]).toEqual(['my work', 'my work']);
  });

  it('stays when the cache does not have it', async () => {
    rmSync(objectPath('file'));
    rmSync(objectPath('a'));
    await expect(goTo('empty')).resolves.toMatchObject({ deleted: [] });
    expect([scene.has('file.txt'), scene.has('data/a')]).toEqual([true, true]);
  });

  it('ignored files beside it stay', async () => {
    scene.write('.dvcignore', '*.log\n');
    scene.write('data/run.log', 'log');
    await expect(goTo('empty')).resolves.toMatchObject({ deleted: ['data/', 'file.txt'] });
    expect(scene.tree('data')).toEqual({ 'run.log': 'log' });
  });

  it('stays when the checkout is refused, and goes with the next one that is not', async () => {
    scene.git('checkout', '-q', 'empty');
    scene.write('other.txt', 'other');
    await scene.add('other.txt');
    scene.write('other.txt', 'not saved');
    await expect(scene.checkout()).rejects.toMatchObject({ code: 'unsaved-changes' });
    expect([scene.has('file.txt'), scene.has('data/a')]).toEqual([true, true]);
    await expect(scene.checkout({ force: true })).resolves.toMatchObject({ deleted: ['data/', 'file.txt'] });
  });

  it('stays when something else stands there', async () => {
    rmSync(scene.path('data'), { recursive: true });
    mkdirSync(scene.path('data'));
    symlinkSync('nowhere', scene.path('data/broken'));
    await expect(goTo('empty')).resolves.toMatchObject({ deleted: ['file.txt'] });
    expect(lstatSync(scene.path('data/broken')).isSymbolicLink()).toBe(true);
  });

  it('also a pull removes it', async () => {
    await scene.push();
    scene.git('checkout', '-q', 'empty');
    await expect(scene.pull()).resolves.toMatchObject({ checkout: { deleted: ['data/', 'file.txt'] } });
    expect([scene.has('file.txt'), scene.has('data')]).toEqual([false, false]);
  });
});

describe('a change of kind', () => {
  const asFile = async (): Promise<void> => {
    rmSync(scene.path('x'), { recursive: true, force: true });
    scene.write('x', 'file');
    await scene.add('x');
  };
  const asDirectory = async (): Promise<void> => {
    rmSync(scene.path('x'), { recursive: true, force: true });
    scene.write('x/y/z', 'deep');
    await scene.add('x');
  };

  it('a directory becomes a file and back', async () => {
    await asDirectory();
    saveAs('directory');
    await asFile();
    saveAs('file');
    await goTo('directory');
    expect(scene.tree('x')).toEqual({ 'y/z': 'deep' });
    await goTo('file');
    expect(scene.read('x')).toBe('file');
  });

  it('inside of a directory a folder becomes a file and back', async () => {
    scene.write('data/x/y', 'deep');
    await scene.add('data');
    saveAs('folder');
    rmSync(scene.path('data/x'), { recursive: true });
    scene.write('data/x', 'file');
    await scene.add('data');
    saveAs('file');
    await goTo('folder');
    expect(scene.tree('data')).toEqual({ 'x/y': 'deep' });
    await goTo('file');
    expect(scene.tree('data')).toEqual({ x: 'file' });
  });

  it('a file gives way to an output in a folder of its name, and back', async () => {
    await asFile();
    saveAs('file');
    rmSync(scene.path('x'));
    scene.write('inner.txt', 'inner');
    await scene.add('inner.txt');
    rmSync(scene.path('inner.txt'));
    scene.write('x.dvc', scene.read('inner.txt.dvc').replace('path: inner.txt', 'path: x/inner.txt'));
    rmSync(scene.path('inner.txt.dvc'));
    await scene.checkout();
    saveAs('folder');
    await expect(goTo('file')).resolves.toMatchObject({ modified: ['x'] });
    expect(scene.read('x')).toBe('file');
    await expect(goTo('folder')).resolves.toMatchObject({ added: ['x/inner.txt'], deleted: ['x'] });
    expect(scene.tree('x')).toEqual({ 'inner.txt': 'inner' });
  });

  it('a single file in a directory becomes an output of its own, and back', async () => {
    scene.write('data/a', 'a');
    scene.write('data/b', 'b');
    await scene.add('data');
    saveAs('whole');
    scene.write(
      'data.dvc',
      scene
        .read('data.dvc')
        .replace(/md5: .*\n/u, `md5: ${keyOf('a').slice(10).replace('/', '')}\n`)
        .replace('path: data', 'path: data/a'),
    );
    saveAs('single');
    await expect(scene.checkout()).resolves.toMatchObject({ deleted: ['data/'] });
    expect(scene.tree('data')).toEqual({ a: 'a' });
    await goTo('whole');
    expect(scene.tree('data')).toEqual({ a: 'a', b: 'b' });
  });

  it('ignored files in a directory that becomes a file are not lost without force', async () => {
    await asFile();
    saveAs('file');
    await asDirectory();
    saveAs('directory');
    scene.write('.dvcignore', '*.log\n');
    scene.write('x/y/run.log', 'log');
    scene.git('checkout', '-q', 'file');
    await expect(scene.checkout()).rejects.toMatchObject({ code: 'unsaved-changes', details: [{ message: 'x/y/run.log' }] });
    expect(scene.tree('x')).toEqual({ 'y/run.log': 'log', 'y/z': 'deep' });
    await scene.checkout({ force: true });
    expect(scene.read('x')).toBe('file');
  });

  it('an empty folder where a file is to be is no obstacle', async () => {
    scene.write('data/a', 'a');
    await scene.add('data');
    rmSync(scene.path('data/a'));
    mkdirSync(scene.path('data/a/b'), { recursive: true });
    await scene.checkout();
    expect(scene.tree('data')).toEqual({ a: 'a' });
  });

  it('a pinned file that is ignored now is only replaced with force', async () => {
    scene.write('data/a.log', 'log');
    await scene.add('data');
    scene.write('.dvcignore', '*.log\n');
    await expect(scene.checkout()).resolves.toMatchObject({ modified: [] });
    scene.write('data/a.log', 'mine');
    await expect(scene.checkout()).rejects.toMatchObject({ code: 'unsaved-changes', details: [{ message: 'data/a.log' }] });
    await scene.checkout({ force: true });
    expect(scene.read('data/a.log')).toBe('log');
  });

  it('a file above an output is not removed for it', async () => {
    scene.write('folder/x.txt', 'x');
    await scene.add('folder/x.txt');
    const metafile = scene.read('folder/x.txt.dvc');
    rmSync(scene.path('folder'), { recursive: true });
    scene.write('x.dvc', metafile.replace('path: x.txt', 'path: folder/x.txt'));
    scene.write('folder', 'mine');
    await expect(scene.checkout({ force: true })).rejects.toMatchObject({ code: 'unsafe-path' });
    expect(scene.read('folder')).toBe('mine');
  });
});

describe('links', () => {
  const cacheType = (type: string): void => {
    const config = readFileSync(scene.path('.dvc/config'), 'utf8').replace(/\[cache\][^[]*/u, '');
    scene.write('.dvc/config', `${config}[cache]\n    type = ${type}\n`);
  };
  beforeEach(async () => {
    scene.write('data/a', 'a');
    scene.write('data/empty', '');
    scene.write('run.sh', '#!/bin/sh\n');
    chmodSync(scene.path('run.sh'), 0o755);
    await scene.add('data', 'run.sh');
  });

  it.each(['hardlink', 'symlink'])('relink makes %ss of copies, and copies of them again', async (type) => {
    cacheType(type);
    await expect(scene.checkout()).resolves.toMatchObject({ modified: [] });
    expect(statSync(scene.path('data/a')).nlink).toBe(1);
    await scene.checkout({ relink: true });
    const isLink = lstatSync(scene.path('data/a')).isSymbolicLink();
    expect([isLink, statSync(scene.path('data/a')).ino]).toEqual([type === 'symlink', statSync(objectPath('a')).ino]);
    expect(statSync(scene.path('run.sh')).mode & 0o100).toBe(0o100);
    expect(statSync(objectPath('#!/bin/sh\n')).mode & 0o777).toBe(0o444);
    cacheType('copy');
    await scene.checkout({ relink: true });
    expect(lstatSync(scene.path('data/a'))).toMatchObject({ nlink: 1 });
    expect(lstatSync(scene.path('data/a')).isSymbolicLink()).toBe(false);
    expect(scene.tree('data')).toEqual({ a: 'a', empty: '' });
  });

  it('a file that was deleted is linked again', async () => {
    cacheType('hardlink');
    unlinkSync(scene.path('data/a'));
    await expect(scene.checkout()).resolves.toMatchObject({ modified: ['data/'], fileCounts: { added: 1 } });
    expect(statSync(scene.path('data/a')).nlink).toBe(2);
  });

  it.each(['hardlink', 'symlink', 'reflink,copy', 'copy'])('a damaged object is not placed as a %s', async (type) => {
    cacheType(type);
    scene.write('large.bin', 'large '.repeat(300_000));
    await scene.add('large.bin');
    for (const [path, content] of [
      ['data/a', 'a'],
      ['large.bin', 'large '.repeat(300_000)],
    ] as const) {
      rmSync(scene.path(path));
      damage(objectPath(content), content.replace(/^./u, '!'));
    }
    await expect(scene.checkout()).resolves.toMatchObject({ failed: ['data', 'large.bin'] });
    expect([scene.has('data/a'), scene.has('large.bin')]).toEqual([false, false]);
  });
});

describe('refusals', () => {
  it('unsaved content is named, path by path, and nothing is changed', async () => {
    scene.write('one.txt', 'one');
    scene.write('data/a', 'a');
    scene.write('data/b', 'b');
    await scene.add('one.txt', 'data');
    scene.write('one.txt', 'changed');
    scene.write('data/a', 'changed');
    rmSync(scene.path('data/b'));
    await expect(scene.checkout()).rejects.toMatchObject({
      code: 'unsaved-changes',
      details: [{ message: 'data/a' }, { message: 'one.txt' }],
    });
    expect(scene.tree('data')).toEqual({ a: 'changed' });
  });

  it('a target with something of git in mind gets a hint, one that git does not know gets another', async () => {
    scene.write('README.md', 'about');
    scene.git('add', 'README.md');
    saveAs('topic');
    scene.write('new.txt', 'new');
    const hintFor = (target: string): Promise<string | undefined> =>
      scene.checkout({ targets: [target] }).then(
        () => undefined,
        (error: unknown) => (error instanceof DatapinError && error.code === 'unknown-target' ? error.hint : undefined),
      );
    await expect(hintFor('README.md')).resolves.toBe('Did you mean `git checkout README.md`?');
    await expect(hintFor('topic')).resolves.toBe('Did you mean `git checkout topic`?');
    await expect(hintFor('topics')).resolves.toBeUndefined();
    await expect(hintFor('new.txt')).resolves.toBe('`datapin add new.txt` tracks it.');
  });

  it('outputs that overlap are refused before anything is done', async () => {
    scene.write('a.dvc', 'outs:\n- path: data\n');
    scene.write('b.dvc', 'outs:\n- path: data/x\n');
    await expect(scene.checkout({ targets: ['data'] })).rejects.toMatchObject({ code: 'target-overlaps' });
  });
});

describe('what the cache lacks', () => {
  it('is named; everything else is placed', async () => {
    scene.write('here.txt', 'here');
    scene.write('lost.txt', 'lost');
    scene.write('data/a', 'a');
    scene.write('data/b', 'b');
    await scene.add('here.txt', 'lost.txt', 'data');
    for (const name of ['here.txt', 'lost.txt', 'data']) rmSync(scene.path(name), { recursive: true });
    rmSync(objectPath('lost'));
    rmSync(objectPath('b'));
    await expect(scene.checkout()).resolves.toMatchObject({ failed: ['data', 'lost.txt'], added: ['data/', 'here.txt'] });
    expect([scene.tree('data'), scene.has('lost.txt'), scene.read('here.txt')]).toEqual([{ a: 'a' }, false, 'here']);
  });

  it('a directory object: the files in the work tree stay', async () => {
    scene.write('data/a', 'a');
    await scene.add('data');
    const directory = scene.cacheKeys().find((key) => key.endsWith('.dir')) ?? '';
    rmSync(scene.path(`.dvc/cache/${directory}`));
    await expect(scene.checkout()).resolves.toMatchObject({ failed: ['data'] });
    expect(scene.tree('data')).toEqual({ a: 'a' });
  });
});
