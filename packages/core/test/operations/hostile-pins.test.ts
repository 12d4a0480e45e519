/** Metafiles and directory objects come with a clone and from a remote: whoever wrote them must not reach anything but the data. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { hash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { directoryObject, keyOf, type RemoteScene, remoteScene } from './remote-scene.ts';

let scene: RemoteScene;
beforeEach(() => {
  scene = remoteScene();
});
afterEach(() => {
  scene[Symbol.dispose]();
});

function onRemote(key: string, content: string): void {
  const place = join(scene.remoteDir(), key);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, content);
}

/** A remote and a metafile for a directory with these files, as its author likes it. */
function pinned(entries: Readonly<Record<string, string>>): void {
  const bytes = directoryObject(entries);
  onRemote(keyOf(bytes, '.dir'), bytes);
  for (const content of Object.values(entries)) onRemote(keyOf(content), content);
  scene.write('data.dvc', `outs:\n- md5: ${hash('md5', bytes)}.dir\n  hash: md5\n  path: data\n`);
}

describe.each([
  ['above the project', '../../evil.txt'],
  ['above the directory', '../evil.txt'],
  ['a hook of git', '../.git/hooks/post-checkout'],
  ['git inside of the directory', '.git/config'],
  ['git in other letters', 'sub/.GIT/config'],
  ['settings', '../.dvc/config'],
  ['absolute', '/tmp/evil.txt'],
  ['with NUL', 'a\0b'],
  ['an empty segment', 'a//b'],
  ['a dot', './a'],
  ['nothing', ''],
])('a directory object that names %s', (_, relpath) => {
  it('is refused before the first file is written', async () => {
    pinned({ 'a-harmless.txt': 'harmless', [relpath]: 'evil' });
    const config = readFileSync(scene.path('.dvc/config'), 'utf8');
    const outcome = await scene.pull({ force: true }).then(
      (result) => result.fetch.missing[0]?.code,
      (error: { code: string }) => error.code,
    );
    expect(outcome).toMatch(/^(unsafe-path|invalid-directory-object)$/);
    expect(scene.has('data/a-harmless.txt')).toBe(false);
    expect(scene.has('../evil.txt')).toBe(false);
    expect(scene.has('.git/hooks/post-checkout')).toBe(false);
    expect(readFileSync(scene.path('.dvc/config'), 'utf8')).toBe(config);
  });
});

it('a name that is a file and a folder at once is refused', async () => {
  pinned({ a: 'file', 'a/b': 'below it' });
  await expect(scene.pull()).rejects.toMatchObject({ code: 'unsafe-path' });
  expect(scene.has('data/a')).toBe(false);
});

it('one unsafe directory: no other output is touched either', async () => {
  onRemote(keyOf('fine'), 'fine');
  scene.write('a-first.txt.dvc', `outs:\n- md5: ${hash('md5', 'fine')}\n  hash: md5\n  path: a-first.txt\n`);
  pinned({ '../evil.txt': 'evil' });
  await expect(scene.pull()).rejects.toMatchObject({ code: 'unsafe-path' });
  expect(scene.has('a-first.txt')).toBe(false);
});

describe.each(['../evil.txt', '/tmp/datapin-evil.txt', '.git/hooks/post-checkout', '.dvc/config.local', 'sub/../../evil.txt'])(
  'a metafile whose output is %s',
  (path) => {
    it('writes nothing there', async () => {
      onRemote(keyOf('evil'), 'evil');
      scene.write('evil.dvc', `outs:\n- md5: ${hash('md5', 'evil')}\n  hash: md5\n  path: ${path}\n`);
      const outcome = await scene.pull({ force: true }).then(
        () => 'nothing done',
        (error: { code: string }) => error.code,
      );
      expect(outcome).toMatch(/^(unsafe-path|invalid-metafile|nothing done)$/);
      expect([scene.has('../evil.txt'), scene.has(path), scene.has('/tmp/datapin-evil.txt')]).toEqual([false, false, false]);
    });
  },
);

it('a wdir that leads out of the project writes nothing there', async () => {
  onRemote(keyOf('evil'), 'evil');
  scene.write('evil.dvc', `wdir: ..\nouts:\n- md5: ${hash('md5', 'evil')}\n  hash: md5\n  path: evil.txt\n`);
  await scene.pull({ force: true }).catch(() => undefined);
  expect(scene.has('../evil.txt')).toBe(false);
});

it('a hash that is no hash never becomes a path', async () => {
  scene.write('x.dvc', 'outs:\n- md5: ../../../../etc/passwd\n  hash: md5\n  path: x\n');
  await scene.pull({ force: true }).catch(() => undefined);
  expect(scene.has('x')).toBe(false);
  expect(scene.reads).toEqual([]);
});

it('a symbolic link in the work tree is not written through', async () => {
  mkdirSync(scene.path('data'));
  mkdirSync(scene.path('../outside'));
  symlinkSync('../../outside', scene.path('data/sub'));
  pinned({ 'sub/evil.txt': 'evil' });
  await expect(scene.pull({ force: true })).rejects.toMatchObject({ code: 'unsafe-path' });
  expect(scene.has('../outside/evil.txt')).toBe(false);
});
