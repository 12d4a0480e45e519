import { hash } from 'node:crypto';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Cache } from '../../src/cache/cache.ts';
import { openCache } from '../../src/cache/file-cache.ts';
import type { ObjectId } from '../../src/hashing/object-id.ts';

let dir: string;
let cache: Cache;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'datapin-incoming-'));
  cache = openCache({ dir, types: ['copy'], shared: false });
});
afterEach(() => {
  cache[Symbol.dispose]();
  rmSync(dir, { recursive: true });
});

const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
const id: ObjectId = { algorithm: 'md5', value: hash('md5', bytes) };
const part = (start: number, end: number): Uint8Array => bytes.subarray(start, end);
const files = (): readonly string[] => globSync('files/md5/??/{*,.*}', { cwd: dir });

describe('an object that arrives in order', () => {
  it('is there once it is published, not before', async () => {
    const incoming = await cache.receive(id, { size: undefined });
    await incoming.write(part(0, 60_000));
    await incoming.write(part(60_000, 100_000));
    expect(cache.has(id)).toBe(false);
    await incoming.publish();
    expect(readFileSync(cache.pathOf(id)).equals(bytes)).toBe(true);
    expect(statSync(cache.pathOf(id)).mode & 0o777).toBe(0o444);
  });

  it.each([
    ['a flipped byte', Buffer.concat([part(0, 5), Buffer.from([0xff]), part(6, 100_000)])],
    ['an end that is missing', part(0, 99_999)],
    ['a byte too many', Buffer.concat([bytes, Buffer.from('x')])],
    ['nothing at all', Buffer.alloc(0)],
    ['a page of HTML', Buffer.from('<html></html>')],
  ])('is refused for %s, and nothing is left', async (_, wrong) => {
    const incoming = await cache.receive(id, { size: bytes.length });
    await incoming.write(wrong);
    await expect(incoming.publish()).rejects.toMatchObject({ code: 'object-corrupt' });
    expect(files()).toEqual([]);
  });

  it('can be started again', async () => {
    const incoming = await cache.receive(id, { size: bytes.length });
    await incoming.write(Buffer.alloc(150_000, 'wrong and too long'));
    await incoming.restart();
    await incoming.write(bytes);
    await incoming.publish();
    expect(readFileSync(cache.pathOf(id)).equals(bytes)).toBe(true);
  });

  it('does not need the size to be right', async () => {
    const incoming = await cache.receive(id, { size: 1_000_000 });
    await incoming.write(bytes);
    await incoming.publish();
    expect(statSync(cache.pathOf(id)).size).toBe(bytes.length);
  });
});

describe('an object that arrives in parts', () => {
  it.each([
    ['in order', [0, 1, 2, 3]],
    ['backwards', [3, 2, 1, 0]],
    ['the first one late', [2, 0, 3, 1]],
  ])('may have them %s', async (_, order) => {
    const incoming = await cache.receive(id, { size: bytes.length });
    for (const index of order) await incoming.writeAt(part(index * 25_000, (index + 1) * 25_000), index * 25_000);
    await incoming.publish();
    expect(readFileSync(cache.pathOf(id)).equals(bytes)).toBe(true);
  });

  it('may have a part a second time', async () => {
    const incoming = await cache.receive(id, { size: bytes.length });
    await incoming.writeAt(Buffer.alloc(30_000, 'broken off'), 50_000);
    await incoming.writeAt(part(50_000, 100_000), 50_000);
    await incoming.writeAt(part(0, 50_000), 0);
    await incoming.publish();
    expect(cache.has(id)).toBe(true);
  });

  it('has a part that was hashed hashed again when it comes once more', async () => {
    const incoming = await cache.receive(id, { size: bytes.length });
    await incoming.writeAt(Buffer.alloc(10_000, 'broken off'), 0);
    await incoming.writeAt(part(0, 100_000), 0);
    await incoming.publish();
    expect(cache.has(id)).toBe(true);
  });

  it('is refused when a part is missing', async () => {
    const incoming = await cache.receive(id, { size: bytes.length });
    await incoming.writeAt(part(0, 25_000), 0);
    await incoming.writeAt(part(50_000, 100_000), 50_000);
    await expect(incoming.publish()).rejects.toMatchObject({ code: 'object-corrupt' });
  });
});

describe('an object that is given up', () => {
  it('leaves nothing', async () => {
    const incoming = await cache.receive(id, { size: bytes.length });
    await incoming.write(part(0, 10));
    await incoming.discard();
    expect(files()).toEqual([]);
  });

  it('stays when it was published before', async () => {
    const incoming = await cache.receive(id, { size: bytes.length });
    await incoming.write(bytes);
    await incoming.publish();
    await incoming.discard();
    expect(cache.has(id)).toBe(true);
  });
});
