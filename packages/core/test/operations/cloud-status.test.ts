import { mkdirSync, rmSync } from 'node:fs';

import { afterEach, beforeEach, expect, test } from 'vitest';

import type { DatapinEvent } from '../../src/events.ts';
import { cloudStatus, type CloudStatusRequest } from '../../src/operations/status.ts';
import { dvcFile } from '../project/metafiles.ts';
import { keyOf, type RemoteScene, remoteScene } from './remote-scene.ts';

let scene: RemoteScene;
beforeEach(async () => {
  scene = remoteScene();
  scene.write('data/a', '1');
  scene.write('data/b', '2');
  scene.write('file', '3');
  await scene.add('data', 'file');
  scene.save();
});
afterEach(() => {
  scene[Symbol.dispose]();
});

async function found({ cwd, ...request }: Partial<CloudStatusRequest> & { readonly cwd?: string } = {}): Promise<Record<string, string>> {
  const defaults = {
    targets: [],
    withDeps: false,
    recursive: false,
    jobs: undefined,
    allBranches: false,
    allTags: false,
    allCommits: false,
  };
  return Object.fromEntries(await cloudStatus(await scene.open(cwd), { ...defaults, remote: undefined, ...request }, scene.context));
}

test('before a push everything is new, after it nothing is left to tell', async () => {
  expect(await found()).toEqual({ data: 'new', 'data/a': 'new', 'data/b': 'new', file: 'new' });
  await scene.push();
  expect(await found()).toEqual({});
});

test('what only the remote has is deleted; a directory is listed by what the remote knows of it', async () => {
  await scene.push();
  scene.wipe('data', 'file');
  expect(await found()).toEqual({ 'data/a': 'deleted', 'data/b': 'deleted', file: 'deleted' });
});

test('what nobody has is missing', async () => {
  await scene.push();
  rmSync(scene.path(`.dvc/cache/${keyOf('2')}`));
  rmSync(`${scene.remoteDir()}/${keyOf('2')}`);
  scene.wipe();
  rmSync(`${scene.remoteDir()}/${keyOf('3')}`);
  expect(await found()).toEqual({ 'data/a': 'deleted', 'data/b': 'missing', file: 'missing' });
});

test('another remote, targets and the current folder count', async () => {
  await scene.push();
  expect(await found({ remote: 'other', targets: ['file'] })).toEqual({ file: 'new' });
  expect(await found({ remote: 'other', targets: ['a'], cwd: 'data' })).toMatchObject({ a: 'new' });
});

test('other revisions count when asked for', async () => {
  await scene.push();
  scene.write('file', 'old');
  await scene.add('file');
  scene.save();
  scene.git('tag', 'old');
  scene.git('reset', '-q', '--hard', 'HEAD~1');
  expect(await found()).toEqual({});
  expect(await found({ allTags: true })).toEqual({ file: 'new' });
});

test('what is never pushed is not mentioned', async () => {
  await scene.push();
  scene.write('private', 'p');
  await scene.add('private');
  scene.write('private.dvc', `${scene.read('private.dvc')}  push: false\n`);
  scene.write('local', 'l');
  scene.write('local.dvc', `${dvcFile({ local: keyOf('l').slice('files/md5/'.length).replace('/', '') })}  cache: false\n`);
  expect(await found()).toEqual({});
});

test('an unknown remote is an error', async () => {
  await expect(found({ remote: 'nope' })).rejects.toMatchObject({ code: 'unknown-remote' });
});

test('a folder that is not there is told: before the first push that is right, and a share that is not mounted looks the same', async () => {
  const warnings = (): DatapinEvent[] => scene.events.splice(0).filter(({ type }) => type === 'warning');
  expect(await found({ targets: ['file'] })).toEqual({ file: 'new' });
  const absent = { type: 'warning', message: `remote 'store': the folder ${scene.remoteDir()} does not exist`, hint: 'Is it mounted?' };
  expect(warnings()).toEqual([absent]);
  scene.wipe();
  expect(await found({ targets: ['file'] })).toEqual({ file: 'missing' });
  expect(warnings()).toEqual([absent]);
  mkdirSync(scene.remoteDir());
  expect(await found({ targets: ['file'] })).toEqual({ file: 'missing' });
  expect(warnings()).toEqual([]);
});
