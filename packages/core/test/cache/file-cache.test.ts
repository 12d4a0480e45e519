import { hash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Cache } from '../../src/cache/cache.ts';
import { type CacheSettings, openCache } from '../../src/cache/file-cache.ts';
import { smallFileSize } from '../../src/hashing/hash-file.ts';
import type { HashAlgorithm, ObjectId } from '../../src/hashing/object-id.ts';

let folder: string;
let cache: Cache;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'datapin-cache-'));
  cache = open();
});
afterEach(() => {
  cache[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

function open(changes: Partial<CacheSettings> = {}): Cache {
  return openCache({ dir: join(folder, 'cache'), types: ['reflink', 'copy'], shared: false, ...changes });
}

function idOf(content: string | Uint8Array, algorithm: HashAlgorithm = 'md5'): ObjectId {
  return { algorithm, value: hash('md5', content) };
}

/** Puts a file where an object belongs, as somebody else would. */
function plant(id: ObjectId, content: string, mode: number): void {
  mkdirSync(dirname(cache.pathOf(id)), { recursive: true });
  writeFileSync(cache.pathOf(id), content);
  chmodSync(cache.pathOf(id), mode);
}

/** Everything in the cache that is no object. */
function leftovers(): readonly string[] {
  return globSync('**/.*', { cwd: join(folder, 'cache') });
}

const modeOf = (path: string): number => statSync(path).mode & 0o7777;

describe('the layout', () => {
  it.each([
    ['md5', 'files/md5/b1/946ac92492d2347c6235b4d2611184'],
    ['md5-dos2unix', 'b1/946ac92492d2347c6235b4d2611184'],
  ] as const)('of %s objects is that of DVC', (algorithm, path) => {
    expect(cache.pathOf(idOf('hello\n', algorithm))).toBe(join(folder, 'cache', path));
  });

  it('is made when it is first written to, not before', () => {
    cache.has(idOf('x'));
    expect(existsSync(join(folder, 'cache'))).toBe(false);
  });
});

describe('publishing bytes', () => {
  it('makes a write-protected object', () => {
    cache.publishBytes(idOf('hello\n'), Buffer.from('hello\n'));
    expect(readFileSync(cache.pathOf(idOf('hello\n')), 'utf8')).toBe('hello\n');
    expect(modeOf(cache.pathOf(idOf('hello\n')))).toBe(0o444);
  });

  it('refuses what does not hash to the id, and leaves nothing', () => {
    expect(() => cache.publishBytes(idOf('hello\n'), Buffer.from('hellO\n'))).toThrow(expect.objectContaining({ code: 'object-corrupt' }));
    expect(cache.has(idOf('hello\n'))).toBe(false);
    expect(leftovers()).toEqual([]);
  });

  it('takes a directory object by the hash of its bytes', () => {
    const id = { algorithm: 'md5', value: `${hash('md5', '[]')}.dir` } as const;
    cache.publishBytes(id, Buffer.from('[]'));
    expect(cache.has(id)).toBe(true);
  });

  it('leaves an object alone that is there', () => {
    const id = idOf('x');
    cache.publishBytes(id, Buffer.from('x'));
    const { ino } = statSync(cache.pathOf(id));
    cache.publishBytes(id, Buffer.from('x'));
    expect(statSync(cache.pathOf(id)).ino).toBe(ino);
  });
});

describe('whether an object is there', () => {
  it('is believed of a protected one', () => {
    plant(idOf('right'), 'wrong', 0o444);
    expect(cache.has(idOf('right'))).toBe(true);
  });

  it('is found out by hashing an unprotected one, which is then protected', () => {
    plant(idOf('right'), 'right', 0o644);
    expect(cache.has(idOf('right'))).toBe(true);
    expect(modeOf(cache.pathOf(idOf('right')))).toBe(0o444);
  });

  it('is not so for an unprotected one with other bytes, which is removed', () => {
    plant(idOf('right'), 'wrong', 0o644);
    expect(cache.has(idOf('right'))).toBe(false);
    expect(existsSync(cache.pathOf(idOf('right')))).toBe(false);
  });

  it('is not so for one that a power cut left empty', () => {
    plant(idOf('right'), '', 0o444);
    expect(cache.has(idOf('right'))).toBe(false);
  });

  it('is so for the empty object', () => {
    cache.publishBytes(idOf(''), Buffer.alloc(0));
    expect(cache.has(idOf(''))).toBe(true);
  });
});

describe('verifying an object', () => {
  it('looks at the bytes even when it is protected', async () => {
    plant(idOf('right'), 'wrong', 0o444);
    expect(await cache.verify(idOf('right'))).toBe(false);
    expect(existsSync(cache.pathOf(idOf('right')))).toBe(false);
  });

  it('accepts the right bytes', async () => {
    plant(idOf('right'), 'right', 0o444);
    expect(await cache.verify(idOf('right'))).toBe(true);
  });
});

describe('directory objects', () => {
  const entries = [
    { relpath: 'b', md5: hash('md5', 'b') },
    { relpath: 'a/ü', md5: hash('md5', 'a') },
  ];

  it('are written as DVC writes them', async () => {
    const { id } = await cache.writeDirectory(entries, 'md5');
    const text = `[{"md5": "${hash('md5', 'a')}", "relpath": "a/\\u00fc"}, {"md5": "${hash('md5', 'b')}", "relpath": "b"}]`;
    expect(readFileSync(cache.pathOf(id), 'utf8')).toBe(text);
    expect(id).toEqual({ algorithm: 'md5', value: `${hash('md5', text)}.dir` });
  });

  it('are read back', async () => {
    const { id } = await cache.writeDirectory(entries, 'md5');
    expect([...((await cache.readDirectory(id)) ?? [])]).toEqual(entries.toReversed());
  });

  it('that are not there are undefined', async () => {
    expect(await cache.readDirectory({ algorithm: 'md5', value: `${hash('md5', 'x')}.dir` })).toBeUndefined();
  });
});

describe('storing a file of the work tree', () => {
  const large = Buffer.alloc(3 * smallFileSize + 5, 'large ');
  const path = (): string => join(folder, 'file');
  const store = (changes: { readonly hardlink?: boolean; readonly expected?: ObjectId } = {}): ReturnType<Cache['storeFile']> =>
    cache.storeFile(path(), { algorithm: 'md5', ...changes });

  it.each([
    ['empty', Buffer.alloc(0)],
    ['small', Buffer.from('small')],
    ['large', large],
  ])('keeps the bytes of an %s one', async (_, bytes) => {
    writeFileSync(path(), bytes);
    const { id } = await store();
    expect(id).toEqual(idOf(bytes));
    expect(readFileSync(cache.pathOf(id)).equals(bytes)).toBe(true);
    expect(modeOf(cache.pathOf(id))).toBe(0o444);
    expect(leftovers().filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('leaves the file as it is', async () => {
    writeFileSync(path(), large, { mode: 0o640 });
    const before = statSync(path());
    await store();
    const { ino, mode, nlink, mtimeMs, ctimeMs } = before;
    expect(statSync(path())).toMatchObject({ ino, mode, nlink, mtimeMs, ctimeMs });
  });

  it('follows a symbolic link', async () => {
    writeFileSync(join(folder, 'target'), 'behind the link');
    symlinkSync('target', path());
    expect((await store({ hardlink: true })).id).toEqual(idOf('behind the link'));
  });

  it.each([
    ['small', Buffer.from('small')],
    ['large', large],
  ])('makes a %s file the object itself where hard links are wanted', async (_, bytes) => {
    writeFileSync(path(), bytes);
    const { id, identity } = await store({ hardlink: true });
    expect(statSync(cache.pathOf(id)).ino).toBe(statSync(path()).ino);
    expect(modeOf(path())).toBe(0o444);
    expect(identity.ctimeMs).toBe(statSync(path()).ctimeMs);
  });

  it('never makes an empty file a hard link', async () => {
    writeFileSync(path(), '');
    const { id } = await store({ hardlink: true });
    expect(statSync(cache.pathOf(id)).nlink).toBe(1);
  });

  it('writes nothing when the file is what was expected', async () => {
    writeFileSync(path(), large);
    const { id } = await store();
    const folderTime = statSync(join(folder, 'cache/files/md5')).mtimeMs;
    await store({ expected: id });
    expect(statSync(join(folder, 'cache/files/md5')).mtimeMs).toBe(folderTime);
  });

  it('stores the new bytes when the file only looks like what was expected', async () => {
    writeFileSync(path(), large);
    const { id } = await store();
    const other = Buffer.alloc(large.length, 'other ');
    writeFileSync(path(), other);
    expect((await store({ expected: id })).id).toEqual(idOf(other));
    expect(cache.has(idOf(other))).toBe(true);
  });

  it('stores nothing of a file that changes meanwhile', async () => {
    writeFileSync(path(), large);
    let done = false;
    const change = (): void => {
      if (!done) appendFileSync(path(), 'more');
      done = true;
    };
    const storing = cache.storeFile(path(), { algorithm: 'md5', onBytes: change });
    await expect(storing).rejects.toMatchObject({ code: 'changed-while-read' });
    expect(globSync('files/md5/??/*', { cwd: join(folder, 'cache') })).toEqual([]);
    expect(leftovers().filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('keeps the bytes as they are under an old hash', async () => {
    writeFileSync(path(), 'a\r\n');
    const { id } = await cache.storeFile(path(), { algorithm: 'md5-dos2unix' });
    expect(id).toEqual({ algorithm: 'md5-dos2unix', value: hash('md5', 'a\n') });
    expect(readFileSync(cache.pathOf(id), 'utf8')).toBe('a\r\n');
  });
});

describe('a shared cache', () => {
  it('gives its folders to the group', () => {
    using shared = open({ shared: true });
    shared.publishBytes(idOf('x'), Buffer.from('x'));
    expect(['', 'files', 'files/md5', 'files/md5/9d'].map((path) => modeOf(join(folder, 'cache', path)))).toEqual(Array(4).fill(0o2775));
    expect(modeOf(shared.pathOf(idOf('x')))).toBe(0o444);
  });
});
