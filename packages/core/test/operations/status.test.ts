import { appendFileSync, chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { status, type StatusRequest } from '../../src/operations/status.ts';
import { dvcFile, md5 } from '../project/metafiles.ts';
import { type RemoteScene, remoteScene } from './remote-scene.ts';

let scene: RemoteScene;
beforeEach(() => {
  scene = remoteScene();
});
afterEach(() => {
  scene[Symbol.dispose]();
});

async function changes({ cwd, ...request }: Partial<StatusRequest> & { readonly cwd?: string } = {}): Promise<Record<string, unknown>> {
  const defaults = { targets: [], withDeps: false, recursive: false, noUpdates: false };
  return Object.fromEntries((await status(await scene.open(cwd), { ...defaults, ...request }, scene.context)).changes);
}

describe('data', () => {
  beforeEach(async () => {
    scene.write('data/a', '1');
    scene.write('data/sub/b', '2');
    scene.write('sub/file', '3');
    await scene.add('data', 'sub/file');
  });

  test('that is as pinned is not mentioned', async () => {
    expect(await changes()).toEqual({});
  });

  test('that was changed is modified', async () => {
    appendFileSync(scene.path('data/sub/b'), 'x');
    rmSync(scene.path('sub/file'));
    expect(await changes()).toEqual({
      'data.dvc': [{ 'changed outs': { data: 'modified' } }],
      'sub/file.dvc': [{ 'changed outs': { 'sub/file': 'deleted' } }],
    });
  });

  test('in a subfolder is named from there', async () => {
    rmSync(scene.path('sub/file'));
    rmSync(scene.path('data'), { recursive: true });
    expect(await changes({ cwd: 'sub' })).toEqual({
      '../data.dvc': [{ 'changed outs': { '../data': 'deleted' } }],
      'file.dvc': [{ 'changed outs': { file: 'deleted' } }],
    });
  });

  test('is looked at for the targets only', async () => {
    rmSync(scene.path('sub/file'));
    rmSync(scene.path('data'), { recursive: true });
    expect(Object.keys(await changes({ targets: ['data/a'] }))).toEqual(['data.dvc']);
  });

  test('whose object is not in the cache says so, whatever the work tree has', async () => {
    scene.wipe();
    expect(await changes()).toMatchObject({ 'data.dvc': [{ 'changed outs': { data: 'not in cache' } }] });
  });

  test('of which one file is not in the cache is not in the cache', async () => {
    rmSync(scene.path(`.dvc/cache/files/md5/${md5('2').slice(0, 2)}/${md5('2').slice(2)}`));
    expect(await changes()).toEqual({ 'data.dvc': [{ 'changed outs': { data: 'not in cache' } }] });
  });

  test('whose object in the cache is damaged is not in the cache', async () => {
    const object = scene.path(`.dvc/cache/files/md5/${md5('3').slice(0, 2)}/${md5('3').slice(2)}`);
    chmodSync(object, 0o644);
    writeFileSync(object, 'damaged');
    expect(await changes()).toMatchObject({ 'sub/file.dvc': [{ 'changed outs': { 'sub/file': 'not in cache' } }] });
  });

  test('that .dvcignore hides is deleted', async () => {
    scene.write('.dvcignore', '/data\n');
    expect(await changes()).toMatchObject({ 'data.dvc': [{ 'changed outs': { data: 'deleted' } }] });
  });

  test('that .dvcignore hides in a part does not count', async () => {
    scene.write('.dvcignore', '*.tmp\n');
    scene.write('data/x.tmp', '');
    expect(await changes()).toEqual({});
  });
});

test('an output that is not cached is compared all the same', async () => {
  scene.write('m.json', '{}');
  scene.write('m.json.dvc', `${dvcFile({ 'm.json': md5('{}') })}  cache: false\n`);
  expect(await changes()).toEqual({});
  scene.write('m.json', '{"a": 1}');
  expect(await changes()).toEqual({ 'm.json.dvc': [{ 'changed outs': { 'm.json': 'modified' } }] });
});

test('a hash that is none is not in the cache, and nothing outside of it is looked for', async () => {
  scene.write('x.dvc', dvcFile({ x: '../../../x' }));
  expect(await changes()).toEqual({ 'x.dvc': [{ 'changed outs': { x: 'not in cache' } }] });
});

test('a cached output outside of the project is refused', async () => {
  scene.write('x.dvc', dvcFile({ '../x': md5('x') }));
  await expect(changes()).rejects.toMatchObject({ code: 'unsafe-path', message: expect.stringContaining('../x') });
});

test('data of DVC 2 is compared by its own hash', async () => {
  scene.write('x.txt', 'a\r\nb\r\n');
  scene.write('x.txt.dvc', `outs:\n- md5: ${md5('a\nb\n')}\n  path: x.txt\n  cache: false\n`);
  expect(await changes()).toEqual({});
});

describe('a stage', () => {
  const lock = `schema: '2.0'\nstages:\n  s:\n    cmd: run\n    deps:\n    - path: dep\n      hash: md5\n      md5: ${md5('1')}\n    params:\n      params.yaml:\n        lr: 1\n    outs:\n    - path: out\n      hash: md5\n      md5: ${md5('2')}\n`;
  beforeEach(() => {
    scene.write(
      'dvc.yaml',
      'stages:\n  s:\n    cmd: run\n    deps: [dep]\n    params: [lr]\n    outs:\n    - out:\n        cache: false\n',
    );
    scene.write('dvc.lock', lock);
    scene.write('dep', '1');
    scene.write('out', '2');
    scene.write('params.yaml', 'lr: 1\nother: 2\n');
  });

  test('that is up to date is not mentioned', async () => {
    expect(await changes()).toEqual({});
  });

  test('tells changed dependencies, params, outputs and command, in this order', async () => {
    scene.write('dep', 'x');
    scene.write('out', 'x');
    scene.write('params.yaml', 'lr: 2\n');
    scene.write('dvc.lock', lock.replace('cmd: run', 'cmd: walk'));
    expect(await changes()).toEqual({
      s: [
        { 'changed deps': { dep: 'modified', 'params.yaml': { lr: 'modified' } } },
        { 'changed outs': { out: 'modified' } },
        'changed command',
      ],
    });
  });

  test('that never ran has everything changed', async () => {
    rmSync(scene.path('dvc.lock'));
    rmSync(scene.path('out'));
    expect(await changes()).toEqual({
      s: [{ 'changed deps': { dep: 'modified', 'params.yaml': 'new' } }, { 'changed outs': { out: 'deleted' } }],
    });
  });

  test('misses a dependency and a params file that are gone', async () => {
    rmSync(scene.path('dep'));
    rmSync(scene.path('params.yaml'));
    expect(await changes()).toEqual({ s: [{ 'changed deps': { dep: 'deleted', 'params.yaml': 'deleted' } }] });
  });

  test('of another folder is called by its file', async () => {
    mkdirSync(scene.path('sub'));
    scene.write('dep', 'x');
    expect(await changes({ cwd: 'sub' })).toEqual({ '../dvc.yaml:s': [{ 'changed deps': { '../dep': 'modified' } }] });
  });

  test('that is frozen keeps quiet about its dependencies, and says so', async () => {
    scene.write(
      'dvc.yaml',
      'stages:\n  s:\n    frozen: true\n    cmd: run\n    deps: [dep]\n    outs:\n    - out:\n        cache: false\n',
    );
    scene.write('dep', 'x');
    expect(await changes()).toEqual({});
    expect(scene.events).toContainEqual({ type: 'warning', message: expect.stringContaining("'s' is frozen") });
  });

  test('that needs and makes nothing, or wants it so, has always changed', async () => {
    scene.write(
      'dvc.yaml',
      'stages:\n  a:\n    cmd: echo\n  b:\n    cmd: echo\n    params: [lr]\n  c:\n    cmd: echo\n    deps: [dep]\n    always_changed: true\n',
    );
    const found = await changes();
    expect([found['a'], found['b'], found['c']]).toEqual([
      ['always changed'],
      [{ 'changed deps': { 'params.yaml': 'new' } }],
      [{ 'changed deps': { dep: 'modified' } }, 'always changed'],
    ]);
  });
});

describe('an import', () => {
  let source: RemoteScene;
  let commit: string;
  beforeEach(() => {
    source = remoteScene();
    source.write('f', '1');
    source.save();
    commit = source.git('rev-parse', 'HEAD').trim();
    scene.write('f', '1');
  });
  afterEach(() => {
    source[Symbol.dispose]();
  });

  const writeImport = (rev = ''): void => {
    const repo = `    url: ${source.root}\n${rev}    rev_lock: ${commit}\n`;
    scene.write('f.dvc', `frozen: true\ndeps:\n- path: f\n  repo:\n${repo}${dvcFile({ f: md5('1') })}  cache: false\n`);
  };

  const updates = async (request: Partial<StatusRequest> = {}): Promise<unknown> => {
    const [first] = ((await changes(request))['f.dvc'] ?? []) as readonly unknown[];
    return typeof first === 'object' ? first : undefined;
  };

  test('is up to date while its source stands still', async () => {
    writeImport();
    expect(await updates()).toBeUndefined();
  });

  test('has an update available when its source moves on', async () => {
    writeImport();
    source.save('more');
    expect(await updates()).toEqual({ 'changed deps': { [`f (${source.root})`]: 'update available' } });
    expect(await updates({ noUpdates: true })).toBeUndefined();
  });

  test('follows the revision it names', async () => {
    source.git('tag', '-a', 'v1', '-m', 'v1');
    writeImport('    rev: v1\n');
    source.save('more');
    expect(await updates()).toBeUndefined();
    source.git('tag', '-f', '-a', 'v1', '-m', 'moved');
    expect(await updates()).toBeDefined();
  });

  test('of a commit never has an update', async () => {
    writeImport(`    rev: ${commit}\n`);
    source.save('more');
    expect(await updates()).toBeUndefined();
  });

  test('from a source that cannot be reached is a failure that names the way around', async () => {
    writeImport('    rev: gone\n');
    await expect(updates()).rejects.toMatchObject({ code: 'unknown-revision', hint: expect.stringContaining('--no-updates') });
  });

  test('whose file was edited has a changed checksum', async () => {
    writeImport();
    expect((await changes())['f.dvc']).toContain('changed checksum');
  });
});
