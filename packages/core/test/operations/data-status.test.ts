import { appendFileSync, mkdirSync, rmSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { dataStatus, type DataStatusRequest } from '../../src/operations/data-status.ts';
import { keyOf, type RemoteScene, remoteScene } from './remote-scene.ts';

let scene: RemoteScene;
beforeEach(async () => {
  scene = remoteScene();
  scene.write('data/a', '1');
  scene.write('data/sub/b', '2');
  scene.write('file', '3');
  await scene.add('data', 'file');
  scene.save();
});
afterEach(() => {
  scene[Symbol.dispose]();
});

/** As `--json` prints it: what is empty is left out. */
async function found({ cwd, ...request }: Partial<DataStatusRequest> & { readonly cwd?: string } = {}): Promise<unknown> {
  const defaults = { targets: [], granular: false, unchanged: false, untrackedFiles: false, notInRemote: false, noRemoteRefresh: false };
  const result = await dataStatus(await scene.open(cwd), { ...defaults, remote: undefined, ...request }, scene.context);
  const { git: _git, ...lists } = result;
  return compact(lists);
}

function compact(value: object): object {
  const entries = Object.entries(value).map(([key, item]) => [key, isMapping(item) ? compact(item) : (item as unknown)] as const);
  return Object.fromEntries(
    entries.filter(([, item]) => (Array.isArray(item) ? item.length > 0 : isMapping(item) && Object.keys(item).length > 0)),
  );
}

function isMapping(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

test('nothing has changed', async () => {
  expect(await found()).toEqual({});
  expect(await found({ unchanged: true })).toEqual({ unchanged: ['data/', 'file'] });
});

test('the work tree against the metafiles is uncommitted', async () => {
  appendFileSync(scene.path('data/a'), 'x');
  scene.write('data/new', '');
  rmSync(scene.path('file'));
  expect(await found()).toEqual({ uncommitted: { modified: ['data/'], deleted: ['file'] } });
  expect(await found({ granular: true, unchanged: true })).toEqual({
    uncommitted: { modified: ['data/', 'data/a'], added: ['data/new'], deleted: ['file'] },
    unchanged: ['data/sub/b'],
  });
});

test('the metafiles against HEAD are committed', async () => {
  scene.write('file', 'new');
  scene.write('more', '4');
  await scene.add('file', 'more');
  expect(await found()).toEqual({ committed: { modified: ['file'], added: ['more'] } });
});

test('a file that moved is renamed', async () => {
  rmSync(scene.path('data/a'));
  scene.write('data/b/a', '1');
  expect(await found({ granular: true })).toEqual({
    uncommitted: { modified: ['data/'], renamed: [{ old: 'data/a', new: 'data/b/a' }] },
  });
});

test('what the cache lacks is told; of a directory the files only when granular', async () => {
  rmSync(scene.path(`.dvc/cache/${keyOf('2')}`));
  expect(await found()).toEqual({});
  expect(await found({ granular: true })).toEqual({ notInCache: ['data/sub/b'] });
  scene.wipe();
  expect(await found()).toEqual({ notInCache: ['data/', 'file'] });
});

test('the files of a directory whose list is not there are unknown', async () => {
  scene.wipe();
  expect(await found({ granular: true, targets: ['data'] })).toEqual({
    notInCache: ['data/'],
    uncommitted: { unknown: ['data/a', 'data/sub/', 'data/sub/b'] },
  });
});

test('targets limit what is looked at', async () => {
  appendFileSync(scene.path('data/a'), 'x');
  appendFileSync(scene.path('data/sub/b'), 'x');
  rmSync(scene.path('file'));
  expect(await found({ targets: ['data/sub'], granular: true })).toEqual({ uncommitted: { modified: ['data/sub/b'] } });
  expect(await found({ targets: ['nope'] })).toEqual({});
});

test('targets are relative to the current folder, paths to the root', async () => {
  appendFileSync(scene.path('data/sub/b'), 'x');
  expect(await found({ targets: ['b'], granular: true, cwd: 'data/sub' })).toEqual({ uncommitted: { modified: ['data/sub/b'] } });
});

test('untracked files come from git, as seen from the current folder', async () => {
  scene.write('new', '');
  mkdirSync(scene.path('sub'));
  expect(await found({ untrackedFiles: true })).toEqual({ untracked: ['new'] });
  expect(await found({ untrackedFiles: true, cwd: 'sub' })).toEqual({ untracked: ['../new'] });
});

describe('on the remote', () => {
  test('is what was pushed', async () => {
    await scene.push({ targets: ['file'] });
    expect(await found({ notInRemote: true })).toEqual({ notInRemote: ['data/'] });
    await scene.push();
    expect(await found({ notInRemote: true })).toEqual({});
    rmSync(`${scene.remoteDir()}/${keyOf('2')}`);
    expect(await found({ notInRemote: true, granular: true })).toEqual({ notInRemote: ['data/sub/b'] });
  });

  test('is nothing where its folder is not there, which is told', async () => {
    expect(await found({ notInRemote: true })).toEqual({ notInRemote: ['data/', 'file'] });
    const message = `remote 'store': the folder ${scene.remoteDir()} does not exist`;
    expect(scene.events).toContainEqual({ type: 'warning', message, hint: 'Is it mounted?' });
  });

  test('may mean another remote', async () => {
    await scene.push();
    expect(await found({ notInRemote: true, remote: 'other' })).toEqual({ notInRemote: ['data/', 'file'] });
  });
});

test('before the first commit everything is added', async () => {
  rmSync(scene.path('.git'), { recursive: true });
  scene.git('init', '-q');
  expect(await found()).toEqual({ committed: { added: ['data/', 'file'] } });
  const { git } = await dataStatus(
    await scene.open(),
    {
      targets: [],
      granular: false,
      unchanged: false,
      untrackedFiles: false,
      notInRemote: false,
      noRemoteRefresh: false,
      remote: undefined,
    },
    scene.context,
  );
  expect(git).toEqual({ isEmpty: true, isDirty: false });
});

test('without git there are no committed changes', async () => {
  scene.write('.dvc/config', '[core]\n    no_scm = True\n');
  expect(await found({ unchanged: true })).toEqual({ unchanged: ['data/', 'file'] });
});
