import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';

import { localPlugin } from '@datapin/storage-local';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { list, type ListEntry, type ListRequest } from '../../src/operations/list.ts';
import { md5 } from '../project/metafiles.ts';
import { type RemoteScene, remoteScene } from './remote-scene.ts';

let scene: RemoteScene;
beforeEach(async () => {
  scene = remoteScene();
  scene.write('data/sub/x', '1');
  scene.write('data/y', '22');
  scene.write('file', '333');
  scene.write('src/deep/code', '#!');
  chmodSync(scene.path('src/deep/code'), 0o755);
  await scene.add('data', 'file');
  scene.save();
});
afterEach(() => {
  scene[Symbol.dispose]();
});

async function entries({ cwd = scene.root, ...request }: Partial<ListRequest> & { readonly cwd?: string } = {}): Promise<
  readonly ListEntry[]
> {
  const defaults = {
    url: '.',
    path: undefined,
    rev: undefined,
    recursive: false,
    level: undefined,
    dvcOnly: false,
    remote: undefined,
    config: undefined,
  };
  const env = { PATH: process.env['PATH'], HOME: dirname(scene.root), DVC_GLOBAL_CONFIG_DIR: dirname(scene.root) };
  const options = { cwd, env, storages: { load: async () => localPlugin } };
  return list(options, { ...defaults, remoteConfig: new Map(), ...request }, scene.context);
}

async function paths(request: Parameters<typeof entries>[0] = {}): Promise<string[]> {
  return (await entries(request)).map(({ path, isDir }) => (isDir ? `${path}/` : path));
}

test('the top level, files of git and of DVC together', async () => {
  expect(await paths()).toEqual(['.gitignore', 'data/', 'data.dvc', 'file', 'file.dvc', 'src/']);
});

test('each entry says what it is', async () => {
  const all = await entries({ recursive: true });
  const byPath = new Map(all.map((entry) => [entry.path, entry]));
  expect(byPath.get('data/y')).toEqual({ path: 'data/y', isOut: true, isDir: false, isExec: false, size: 2, md5: md5('22') });
  expect(byPath.get('file')).toEqual({ path: 'file', isOut: true, isDir: false, isExec: false, size: 3, md5: md5('333') });
  expect(byPath.get('src/deep/code')).toEqual({ path: 'src/deep/code', isOut: false, isDir: false, isExec: true, size: 2, md5: undefined });
});

test('all levels have files only', async () => {
  expect(await paths({ recursive: true })).toEqual(['.gitignore', 'data.dvc', 'data/sub/x', 'data/y', 'file', 'file.dvc', 'src/deep/code']);
});

test('down to a level, folders there are listed', async () => {
  expect(await paths({ recursive: true, level: 2 })).toEqual([
    '.gitignore',
    'data.dvc',
    'data/sub/',
    'data/y',
    'file',
    'file.dvc',
    'src/deep/',
  ]);
  expect(await paths({ recursive: true, level: 0 })).toEqual(['./']);
});

test('a path: what is in it, or the file itself', async () => {
  expect(await paths({ path: 'data' })).toEqual(['sub/', 'y']);
  expect(await paths({ path: 'data/sub', recursive: true })).toEqual(['x']);
  expect(await paths({ path: 'data/y' })).toEqual(['y']);
  await expect(paths({ path: 'nope' })).rejects.toMatchObject({ code: 'unknown-target' });
});

test('tracked data only', async () => {
  expect(await paths({ dvcOnly: true, recursive: true })).toEqual(['data/sub/x', 'data/y', 'file']);
  expect(await paths({ dvcOnly: true, path: 'src' })).toEqual([]);
});

test('data is listed where it is pinned, there or not; its size where that is known', async () => {
  for (const name of ['data', 'file']) rmSync(scene.path(name), { recursive: true });
  const all = await entries({ recursive: true, dvcOnly: true });
  expect(all.map(({ path, size }) => [path, size])).toEqual([
    ['data/sub/x', undefined],
    ['data/y', undefined],
    ['file', 3],
  ]);
});

test('what .dvcignore hides is not listed, and no project inside this one', async () => {
  scene.write('.dvcignore', 'src\n');
  mkdirSync(scene.path('inner/.dvc'), { recursive: true });
  expect(await paths()).toEqual(['.dvcignore', '.gitignore', 'data/', 'data.dvc', 'file', 'file.dvc']);
});

test('a link to a folder is listed and not entered', async () => {
  symlinkSync('.', scene.path('src/same'));
  expect(await paths({ path: 'src', recursive: true })).toEqual(['deep/code', 'same/']);
});

test('any folder of a repository stands for all of it, seen from where one is', async () => {
  expect(await paths({ cwd: scene.path('src'), dvcOnly: true })).toEqual(['../data/', '../file']);
  expect(await paths({ cwd: scene.path('src'), path: 'deep' })).toEqual(['code']);
  expect(await paths({ cwd: dirname(scene.root), url: 'work/src', dvcOnly: true })).toEqual(['data/', 'file']);
});

test('a revision is listed from its commit', async () => {
  scene.git('tag', 'v1');
  scene.write('later', '');
  rmSync(scene.path('file.dvc'));
  expect(await paths({ rev: 'v1' })).toEqual(['.gitignore', 'data/', 'data.dvc', 'file', 'file.dvc', 'src/']);
  expect((await entries({ rev: 'v1', path: 'src', recursive: true }))[0]).toMatchObject({ path: 'deep/code', size: 2, isExec: true });
  await expect(paths({ rev: 'nope' })).rejects.toMatchObject({ code: 'unknown-revision' });
});

test('a repository without DVC is listed too', async () => {
  rmSync(scene.path('.dvc'), { recursive: true });
  expect(await paths({ recursive: true })).toContain('src/deep/code');
  expect(await paths({ dvcOnly: true })).toEqual([]);
});

test('a folder of a repository without DVC stands for itself, but at a revision for the repository', async () => {
  rmSync(scene.path('.dvc'), { recursive: true });
  expect(await paths({ url: 'src' })).toEqual(['deep/']);
  expect(await paths({ cwd: scene.path('src') })).toEqual(['deep/']);
  expect(await paths({ cwd: scene.path('src'), url: '..', path: 'deep' })).toEqual(['code']);
  expect(await paths({ url: 'src', rev: 'HEAD' })).toContain('src/');
});

describe('a directory whose list of files is not in the cache', () => {
  test('has it fetched', async () => {
    await scene.push();
    scene.wipe('data');
    expect(await paths({ path: 'data', recursive: true })).toEqual(['sub/x', 'y']);
    expect(scene.cacheKeys()).toHaveLength(1);
  });

  test('that no remote has is an error, not an empty directory', async () => {
    scene.wipe('data');
    await expect(paths({ path: 'data' })).rejects.toMatchObject({ code: 'cache-missing', message: expect.stringContaining("'data'") });
  });
});

describe('a URL', () => {
  const url = (): string => `file://${scene.root}`;

  test('is fetched and listed from its HEAD', async () => {
    scene.write('uncommitted', '');
    expect(await paths({ url: url(), cwd: dirname(scene.root) })).toEqual(['.gitignore', 'data/', 'data.dvc', 'file', 'file.dvc', 'src/']);
  });

  test.each(['side', 'v1', 'commit'])('is listed at a %s', async (kind) => {
    scene.git('branch', 'side');
    scene.git('tag', 'v1');
    const rev = kind === 'commit' ? scene.git('rev-parse', 'HEAD').trim() : kind;
    scene.write('later', '');
    scene.save();
    expect(await paths({ url: url(), rev, cwd: dirname(scene.root) })).not.toContain('later');
  });

  test('may say what it likes about caches: what is fetched for listing is gone afterwards', async () => {
    await scene.push();
    const elsewhere = scene.path('../elsewhere');
    scene.write(
      '.dvc/config',
      `[core]\n    remote = store\n['remote "store"']\n    url = ${scene.remoteDir()}\n[cache]\n    dir = ${elsewhere}\n`,
    );
    scene.save();
    expect(await paths({ url: url(), path: 'data', recursive: true, cwd: dirname(scene.root) })).toEqual(['sub/x', 'y']);
    expect(existsSync(elsewhere)).toBe(false);
  });

  test('with links leads nowhere', async () => {
    symlinkSync('/', scene.path('root'));
    scene.save();
    expect(await paths({ url: url(), path: 'root', cwd: dirname(scene.root) })).toEqual(['root']);
  });

  test('at a revision that is not there is an error', async () => {
    await expect(paths({ url: url(), rev: 'nope' })).rejects.toMatchObject({ code: 'unknown-revision' });
  });

  test('that nobody answers is an error', async () => {
    await expect(paths({ url: 'file:///nowhere/at/all' })).rejects.toMatchObject({ code: 'git-failed' });
    await expect(paths({ url: '/nowhere' })).rejects.toMatchObject({ code: 'git-failed', message: "'/nowhere' is no git repository" });
    await expect(paths({ url: 'http://me:secret@127.0.0.1:1/x' })).rejects.toMatchObject({
      code: 'git-failed',
      message: expect.stringMatching(/^git fetch failed for 'http:\/\/\*\*\*@127\.0\.0\.1:1\/x': fatal: unable to access [^\n]*$/u),
    });
  });

  test('that would be an option, or a transport that runs commands, is refused', async () => {
    await expect(paths({ url: '--upload-pack=touch x' })).rejects.toMatchObject({ code: 'git-failed' });
    await expect(paths({ url: `ext::sh -c "touch ${scene.path('ran')}"` })).rejects.toMatchObject({ code: 'git-failed' });
    expect(scene.has('ran')).toBe(false);
  });
});
