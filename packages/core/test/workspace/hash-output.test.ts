import { hash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Cache } from '../../src/cache/cache.ts';
import { openCache } from '../../src/cache/file-cache.ts';
import type { DatapinEvent } from '../../src/events.ts';
import { smallFileSize } from '../../src/hashing/hash-file.ts';
import { openState } from '../../src/state/sqlite-state.ts';
import type { State } from '../../src/state/state.ts';
import { type HashedOutput, hashOutput, type HashOutputOptions, hashOutputFiles } from '../../src/workspace/hash-output.ts';

let root: string;
let state: State;
let cache: Cache;
let events: DatapinEvent[];
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'datapin-output-')));
  state = openState(join(root, '.dvc/tmp'));
  cache = openCache({ dir: join(root, '.dvc/cache'), types: ['copy'], shared: false });
  events = [];
});
afterEach(() => {
  state[Symbol.dispose]();
  cache[Symbol.dispose]();
  rmSync(root, { recursive: true });
});

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

function hashIt(path: string, changes: Partial<HashOutputOptions> = {}): Promise<HashedOutput | undefined> {
  const options = { root, path, algorithm: 'md5', filter: { ignores: () => false }, state, ...changes } as const;
  return hashOutput(options, context());
}

const context = (): { signal: AbortSignal; report: (event: DatapinEvent) => void } => ({
  signal: new AbortController().signal,
  report: (event) => void events.push(event),
});

/** Bytes that were read to be hashed since the last call. */
function bytesRead(): number {
  const last = events.splice(0).findLast((event) => event.type === 'progress');
  return last?.type === 'progress' ? last.bytes : 0;
}

/** The kernel's clock has moved on: what is written now gets another time than what was written before. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

describe('hashing an output', () => {
  it('that is a file gives its hash, size and whether it is executable', async () => {
    write('run.sh', 'abc');
    chmodSync(join(root, 'run.sh'), 0o754);
    expect(await hashIt('run.sh')).toMatchObject({
      id: { algorithm: 'md5', value: hash('md5', 'abc') },
      size: 3,
      nfiles: undefined,
      isexec: true,
    });
  });

  it('that is a directory gives the hash of its list, all bytes and files', async () => {
    write('data/b', 'bb');
    write('data/a/x', 'b');
    write('data/a/y', 'bb');
    const list = `[{"md5": "${hash('md5', 'b')}", "relpath": "a/x"}, {"md5": "${hash('md5', 'bb')}", "relpath": "a/y"}, {"md5": "${hash('md5', 'bb')}", "relpath": "b"}]`;
    expect(await hashIt('data')).toMatchObject({ id: { value: `${hash('md5', list)}.dir` }, size: 5, nfiles: 3, isexec: false });
  });

  it('that is an empty directory gives the hash of an empty list', async () => {
    mkdirSync(join(root, 'empty'));
    expect(await hashIt('empty')).toMatchObject({ id: { value: `${hash('md5', '[]')}.dir` }, size: 0, nfiles: 0 });
  });

  it('that is not there gives nothing', async () => {
    expect(await hashIt('nothing')).toBeUndefined();
  });

  it('stores nothing unless it is asked to', async () => {
    write('x', 'x');
    const found = await hashIt('x');
    expect(found && cache.has(found.id)).toBe(false);
  });

  it('stores files and the list when it is asked to', async () => {
    write('data/a', 'a');
    write('data/large', Buffer.alloc(2 * smallFileSize, 'x'));
    const found = await hashIt('data', { store: { cache } });
    expect(found && cache.has(found.id)).toBe(true);
    expect(found?.files.every((file) => cache.has({ algorithm: 'md5', value: file.hash }))).toBe(true);
  });

  it('tells how far it is', async () => {
    write('data/a', 'abc');
    write('data/b', 'de');
    await hashIt('data');
    expect(events.at(-1)).toEqual({ type: 'progress', work: 'hash', files: 2, bytes: 5, totalFiles: 2, totalBytes: 5 });
  });

  it('tells how far it is in a large file', async () => {
    const size = 10 * 1024 * 1024;
    write('large', Buffer.alloc(size, 'x'));
    await hashIt('large', { store: { cache } });
    const told = events.map((event) => (event.type === 'progress' ? event.bytes : undefined));
    expect(told[0]).toBe(0);
    expect(told.filter((bytes) => bytes !== undefined && bytes > 0 && bytes < size)).not.toEqual([]);
    expect(told.at(-1)).toBe(size);
  });

  it('counts a file that has to be read twice once', async () => {
    const size = 10 * 1024 * 1024;
    write('large', Buffer.alloc(size, 'x'));
    const expected = (await hashIt('large', { store: { cache } }))?.id;
    events.splice(0);
    write('large', Buffer.alloc(size, 'y'));
    await hashIt('large', { store: { cache, expected } });
    expect(Math.max(...events.map((event) => (event.type === 'progress' ? event.bytes : 0)))).toBe(size);
    expect(events.at(-1)).toMatchObject({ files: 1, bytes: size });
  });
});

describe('hashing an output again', () => {
  it('reads nothing when nothing has changed', async () => {
    write('data/a', 'abc');
    await settle();
    const first = await hashIt('data');
    bytesRead();
    expect((await hashIt('data'))?.id).toEqual(first?.id);
    expect(bytesRead()).toBe(0);
  });

  it('reads only what has changed', async () => {
    write('data/a', 'abc');
    write('data/b', 'de');
    await settle();
    await hashIt('data');
    bytesRead();
    write('data/b', 'DE');
    await hashIt('data');
    expect(bytesRead()).toBe(2);
  });

  it('sees a change that keeps size and modification time', async () => {
    write('x', 'old');
    const { atime, mtime } = statSync(join(root, 'x'));
    await settle();
    await hashIt('x');
    write('x', 'new');
    utimesSync(join(root, 'x'), atime, mtime);
    expect((await hashIt('x'))?.id.value).toBe(hash('md5', 'new'));
  });

  it('never trusts a file that was changed in the moment it was read', async () => {
    for (let round = 0; round < 200; round += 1) {
      write('x', `a${round}`.padEnd(8));
      await hashIt('x');
      write('x', `b${round}`.padEnd(8));
      expect((await hashIt('x'))?.id.value).toBe(hash('md5', `b${round}`.padEnd(8)));
    }
  });

  it('stores what the state knows but the cache has lost', async () => {
    write('data/a', 'abc');
    await settle();
    await hashIt('data', { store: { cache } });
    cache.remove({ algorithm: 'md5', value: hash('md5', 'abc') });
    await hashIt('data', { store: { cache } });
    expect(readFileSync(cache.pathOf({ algorithm: 'md5', value: hash('md5', 'abc') }), 'utf8')).toBe('abc');
  });
});

describe('hashing a part of a directory', () => {
  it('looks at what is included only', async () => {
    write('data/a', 'abc');
    write('data/sub/b', 'de');
    const options = { root, path: 'data', algorithm: 'md5', filter: { ignores: () => false }, state } as const;
    const found = await hashOutputFiles({ ...options, includes: (relpath) => relpath.startsWith('sub/') }, context());
    expect(found?.files.map(({ relpath }) => relpath)).toEqual(['sub/b']);
  });
});

describe('cancelling', () => {
  it('keeps what was hashed until then', async () => {
    for (let index = 0; index < 40; index += 1) write(`data/${index}`, Buffer.alloc(smallFileSize, index));
    await settle();
    const controller = new AbortController();
    const cancelling = hashOutput(
      { root, path: 'data', algorithm: 'md5', filter: { ignores: () => false }, state },
      { signal: controller.signal, report: () => controller.abort() },
    );
    await expect(cancelling).rejects.toMatchObject({ code: 'cancelled' });
    const known = state.below(join(root, 'data'), 'md5').size;
    expect(known).toBeGreaterThan(0);
    expect(known).toBeLessThan(40);
  });
});
