import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { listedKeys, randomBytes, readAll, sourceOf } from '@datapin/storage-testkit';
import { describe, expect, test } from 'vitest';

import { openLocal, temporaryFolder } from './open-local.ts';

const bytes = randomBytes(100, 1);
const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

describe('an object', () => {
  test('is a file of its key, read-only for everybody, as DVC makes it', async () => {
    const folder = temporaryFolder();
    const umask = process.umask(0o077);
    try {
      const storage = await openLocal(folder);
      await storage.write('files/md5/ab/cdef', sourceOf(bytes));
      await storage.write('big', sourceOf(randomBytes(2_000_000, 1)));
    } finally {
      process.umask(umask);
    }
    expect(new Uint8Array(readFileSync(join(folder, 'files/md5/ab/cdef')))).toEqual(bytes);
    expect([modeOf(join(folder, 'files/md5/ab/cdef')), modeOf(join(folder, 'big'))]).toEqual(['444', '444']);
  });

  test('tells its path, whether it is there or not', async () => {
    const folder = temporaryFolder();
    const storage = await openLocal(folder);
    expect(storage.pathOf?.('ab/cd')).toBe(join(folder, 'ab/cd'));
  });

  test('may be a link to a file', async () => {
    const [folder, elsewhere] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(join(elsewhere, 'file'), bytes);
    symlinkSync(join(elsewhere, 'file'), join(folder, 'link'));
    symlinkSync(elsewhere, join(folder, 'folder-link'));
    const storage = await openLocal(folder);
    expect(await readAll(await storage.read('link'))).toEqual(bytes);
    expect(await listedKeys(storage)).toEqual(['link']);
  });

  test('that becomes shorter while it is read is interrupted, not short', async () => {
    const folder = temporaryFolder();
    const storage = await openLocal(folder);
    await storage.write('object', sourceOf(randomBytes(5_000_000, 1)));
    const stream = (await storage.read('object'))[Symbol.asyncIterator]();
    await stream.next();
    chmodSync(join(folder, 'object'), 0o644);
    writeFileSync(join(folder, 'object'), bytes);
    const rest = (async () => {
      while ((await stream.next()).done !== true);
    })();
    await expect(rest).rejects.toMatchObject({ code: 'interrupted' });
  });
});

test('shared = group: new folders are for the group and hand it on, as DVC makes them', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'old'), { mode: 0o700 });
  const storage = await openLocal(folder, { shared: 'group' });
  await storage.write('old/new/er/object', sourceOf(bytes));
  expect([modeOf(join(folder, 'old')), modeOf(join(folder, 'old/new')), modeOf(join(folder, 'old/new/er'))]).toEqual([
    '700',
    '2775',
    '2775',
  ]);
});

test('empty folders may be tidied up by others meanwhile', async () => {
  const folder = temporaryFolder();
  const storage = await openLocal(folder);
  await storage.write('a/b/object', sourceOf(bytes));
  await storage.remove(['a/b/object']);
  rmdirSync(join(folder, 'a/b'));
  await storage.write('a/b/object', sourceOf(bytes));
  expect(await listedKeys(storage)).toEqual(['a/b/object']);
});

describe('a key cannot leave the folder', () => {
  test.for(['../x', 'a/../../x', '..', '.', 'a/./b', '/etc/passwd', 'a//b', 'a/', '', 'a\0b'])('%j is refused', async (key) => {
    const parent = temporaryFolder();
    const storage = await openLocal(join(parent, 'remote'));
    for (const call of [
      () => storage.stat(key),
      () => storage.read(key),
      () => storage.write(key, sourceOf(bytes)),
      () => storage.remove([key]),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'invalid-request' });
    }
    expect(() => storage.pathOf?.(key)).toThrow('cannot be a file');
    expect(readdirSync(parent)).toEqual([]);
  });

  test('and a listing cannot either', async () => {
    const parent = temporaryFolder();
    writeFileSync(join(parent, 'outside'), bytes);
    const storage = await openLocal(join(parent, 'remote'));
    await storage.write('inside', sourceOf(bytes));
    for (const prefix of ['../', '..', '/', './', 'a/../../']) expect(await listedKeys(storage, prefix)).toEqual([]);
  });
});

describe('a folder that is not there', () => {
  test('fails to be read as not mounted, and says so: that is not lost data', async () => {
    const folder = join(temporaryFolder(), 'not/mounted');
    const storage = await openLocal(folder);
    await expect(storage.read('object')).rejects.toMatchObject({
      code: 'unavailable',
      permanent: true,
      message: `the folder ${folder} does not exist`,
      hint: 'Is it mounted?',
    });
  });

  test('is an empty remote to stat, list and remove, which make nothing', async () => {
    const folder = join(temporaryFolder(), 'new');
    const storage = await openLocal(folder);
    await expect(storage.stat('object')).rejects.toMatchObject({ code: 'not-found' });
    expect(await listedKeys(storage)).toEqual([]);
    await storage.remove(['object']);
    await storage.sync();
    expect(existsSync(folder)).toBe(false);
  });

  test('is made by the first write', async () => {
    const folder = join(temporaryFolder(), 'new/remote');
    const storage = await openLocal(folder);
    await storage.write('object', sourceOf(bytes));
    expect(readdirSync(folder)).toEqual(['object']);
  });
});

test('what is in the way is said: a folder, a file, a long name', async () => {
  const folder = temporaryFolder();
  const storage = await openLocal(folder);
  await storage.write('a/object', sourceOf(bytes));
  await expect(storage.write('a', sourceOf(bytes))).rejects.toMatchObject({
    code: 'invalid-request',
    message: expect.stringContaining('a folder is in its place'),
  });
  await expect(storage.write('a/object/b', sourceOf(bytes))).rejects.toMatchObject({
    code: 'invalid-request',
    message: expect.stringContaining('a file is in the place'),
  });
  await expect(storage.write('x'.repeat(256), sourceOf(bytes))).rejects.toMatchObject({
    code: 'invalid-request',
    message: expect.stringContaining('too long'),
  });
  expect(readdirSync(folder, { recursive: true, encoding: 'utf8' }).length).toBe(2);
});

test('an address that is no absolute path is refused when it is opened', async () => {
  await expect(openLocal('relative/folder')).rejects.toMatchObject({ code: 'invalid-request' });
});
