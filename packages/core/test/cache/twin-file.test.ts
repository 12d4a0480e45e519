import { hash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import type { Cache, Twin } from '../../src/cache/cache.ts';
import { openCache } from '../../src/cache/file-cache.ts';
import type { ObjectId } from '../../src/hashing/object-id.ts';

let dir: string;
let cache: Cache;
let twin: Twin;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'datapin-twin-'));
  cache = openCache({ dir: join(dir, 'cache'), types: ['copy'], shared: false });
  twin = { path: join(dir, 'twin'), isComplete: false };
});
afterEach(() => {
  cache[Symbol.dispose]();
  rmSync(dir, { recursive: true });
});

const bytes = Buffer.from(Array.from({ length: 700_000 }, (_, index) => index % 251));
const id: ObjectId = { algorithm: 'md5', value: hash('md5', bytes) };

it.each([
  ['small chunks', 50_000],
  ['large chunks, which are written beside their hashing', 400_000],
])('has the bytes of the object when that is published: %s', async (_, size) => {
  const incoming = await cache.receive(id, { size: bytes.length, twin });
  for (let at = 0; at < bytes.length; at += size) await incoming.write(bytes.subarray(at, at + size));
  expect(twin.isComplete).toBe(false);
  await incoming.publish();
  expect(twin.isComplete).toBe(true);
  expect(readFileSync(twin.path).equals(bytes)).toBe(true);
  expect(readFileSync(cache.pathOf(id)).equals(bytes)).toBe(true);
});

it('has them when they came in parts, twice, or after a longer first try', async () => {
  const incoming = await cache.receive(id, { size: bytes.length, twin });
  await incoming.write(Buffer.alloc(900_000, 'wrong and too long'));
  await incoming.restart();
  await incoming.writeAt(bytes.subarray(300_000), 300_000);
  await incoming.writeAt(bytes.subarray(0, 300_000), 0);
  await incoming.writeAt(bytes.subarray(100_000, 200_000), 100_000);
  await incoming.publish();
  expect(readFileSync(twin.path).equals(bytes)).toBe(true);
});

it('is gone when the object turns out to be another', async () => {
  const incoming = await cache.receive(id, { size: bytes.length, twin });
  await incoming.write(Buffer.alloc(700_000, 'something else'));
  await expect(incoming.publish()).rejects.toMatchObject({ code: 'object-corrupt' });
  expect(existsSync(twin.path)).toBe(false);
  expect(twin.isComplete).toBe(false);
});

it('is gone when the object is given up', async () => {
  const incoming = await cache.receive(id, { size: bytes.length, twin });
  await incoming.write(bytes.subarray(0, 1000));
  await incoming.discard();
  expect(existsSync(twin.path)).toBe(false);
});

it.each<readonly [string, (path: string) => void]>([
  ['something is there', (path) => writeFileSync(path, 'old')],
  ['a link is there, whatever it leads to', (path) => symlinkSync(join(dir, 'elsewhere'), path)],
  ['a folder is there', (path) => mkdirSync(path)],
])('is not made where %s; the object arrives all the same', async (_, obstacle) => {
  obstacle(twin.path);
  const incoming = await cache.receive(id, { size: bytes.length, twin });
  await incoming.write(bytes);
  await incoming.publish();
  expect(cache.has(id)).toBe(true);
  expect(twin.isComplete).toBe(false);
  expect(existsSync(join(dir, 'elsewhere'))).toBe(false);
});
