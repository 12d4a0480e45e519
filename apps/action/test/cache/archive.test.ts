import { hash, randomBytes } from 'node:crypto';
import { chmodSync, createWriteStream, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import type { ObjectId } from '@datapin/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { tarOf, type TarMember } from '../../harness/tar.ts';
import { packArchive, type StoredObject, UnusableObject } from '../../src/cache/pack-archive.ts';
import { readArchive } from '../../src/cache/read-archive.ts';

const folder = '.datapin/gha/0123456789ab';
let dir: string;
let archive: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'datapin-archive-'));
  archive = join(dir, 'archive.tzst');
});
afterEach(() => rmSync(dir, { recursive: true }));

function stored(content: Uint8Array, suffix = '', algorithm: ObjectId['algorithm'] = 'md5'): StoredObject {
  const path = join(dir, `object-${hash('md5', content)}${suffix}`);
  writeFileSync(path, content);
  return { id: { algorithm, value: `${hash('md5', content)}${suffix}` }, path };
}

/** A file in pieces of an odd size that share a buffer: each is only valid until the next is asked for. */
async function* pieces(path: string): AsyncGenerator<Uint8Array> {
  const bytes = readFileSync(path);
  const shared = Buffer.alloc(100_003);
  for (let at = 0; at < bytes.length; at += shared.length) yield shared.subarray(0, bytes.copy(shared, 0, at));
}

/** Objects as they come: key → content. */
async function contents(limit = Number.POSITIVE_INFINITY): Promise<readonly (readonly [string, Buffer])[]> {
  const found: (readonly [string, Buffer])[] = [];
  for await (const group of readArchive(pieces(archive), { folder, limit })) {
    for (const { id, size, bytes } of group) {
      const pieces: Uint8Array[] = [];
      if (bytes instanceof Uint8Array) pieces.push(bytes);
      else for await (const piece of bytes) pieces.push(Buffer.from(piece));
      const all = Buffer.concat(pieces);
      expect(all.length).toBe(size);
      found.push([`${id.algorithm} ${id.value}`, all]);
    }
  }
  return found;
}

async function writeArchive(objects: readonly StoredObject[]): Promise<void> {
  await pipeline(packArchive(folder, objects), createWriteStream(archive));
}

function writeTar(members: readonly TarMember[]): void {
  writeFileSync(archive, zstdCompressSync(tarOf(members)));
}

describe('what is written', () => {
  test.for([
    ['compressed', (size: number) => Buffer.alloc(size, 'text')],
    ['as it is', randomBytes],
  ] as const)(
    '%s comes back byte for byte, directory objects first: none, few and many bytes, and of both algorithms',
    async ([, make]) => {
      const objects = [
        stored(Buffer.alloc(0)),
        stored(Buffer.from('a')),
        stored(make(512)),
        stored(make(256 * 1024)),
        stored(make(256 * 1024 + 1)),
        stored(make(3_500_000)),
        stored(Buffer.from('[]'), '.dir'),
        stored(Buffer.from('legacy'), '', 'md5-dos2unix'),
        ...Array.from({ length: 300 }, (_, index) => stored(Buffer.concat([make(5000), Buffer.from(`file ${index}`)]))),
      ];
      await writeArchive(objects);
      const found = new Map(await contents());
      expect(found.size).toBe(objects.length);
      for (const { id, path } of objects) expect(found.get(`${id.algorithm} ${id.value}`)?.equals(readFileSync(path)), path).toBe(true);
      expect([...found.keys()][0]).toMatch(/\.dir$/u);
    },
  );

  test.for([
    ['compressed where that pays', Buffer.from('abc'.repeat(1000)), zstdDecompressSync],
    ['as it is where the data is compressed already', randomBytes(3000), (bytes: Buffer) => bytes],
  ] as const)('is a tar archive that other programs can list, %s', async ([, content, unpack]) => {
    const object = stored(content);
    await writeArchive([object]);
    const bytes = unpack(readFileSync(archive));
    expect(bytes.length % 512).toBe(0);
    const [start, rest] = [object.id.value.slice(0, 2), object.id.value.slice(2)];
    expect(bytes.toString('latin1', 0, 100).replace(/\0+$/u, '')).toBe(`${folder}/files/md5/${start}/${rest}`);
    expect(bytes.toString('latin1', 257, 262)).toBe('ustar');
    expect(bytes.subarray(512, 512 + content.length).equals(content)).toBe(true);
  });

  test('is compressed for some of its objects as for all of them: tried on a part of each of a few', async () => {
    const text = Array.from({ length: 100 }, (_, index) => stored(Buffer.from(`line ${index}\n`.repeat(10_000))));
    await writeArchive([...text, stored(randomBytes(100_000))]);
    expect(statSync(archive).size).toBeLessThan(500_000);
  });

  test('is not compressed for its directory objects: they are text, and little of the whole', async () => {
    const images = Array.from({ length: 100 }, () => stored(randomBytes(3000)));
    await writeArchive([stored(Buffer.from(`[${'{"md5": "", "relpath": ""}'.repeat(10_000)}]`), '.dir'), ...images]);
    expect(statSync(archive).size).toBeGreaterThan(500_000);
  });

  test.for([
    ['small, compressed', Buffer.alloc(5000, 'text'), 'wrong'],
    ['small, as it is', randomBytes(5000), 'wrong'],
    ['large, as it is', randomBytes(3_000_000), 'wrong'],
    ['gone', randomBytes(5000), undefined],
  ] as const)('must not have changed since it was brought, or the archive is given up: %s', async ([, content, now]) => {
    const object = stored(content);
    chmodSync(object.path, 0o644);
    if (now === undefined) rmSync(object.path);
    else writeFileSync(object.path, Buffer.concat([content.subarray(now.length), Buffer.from(now)]));
    const others = [1, 2, 3].map((number) => stored(Buffer.concat([content, Buffer.from(`${number}`)])));
    await expect(writeArchive([...others, object])).rejects.toThrow(UnusableObject);
  });
});

describe('what is read', () => {
  const name = `${folder}/files/md5/90/0150983cd24fb0d6963f7d28e17f72`;

  test('is only what has the name of an object in the entry’s folder', async () => {
    writeTar([
      { name: `${folder}/../../../etc/passwd`, content: 'x' },
      { name: '/etc/passwd', content: 'x' },
      { name: `${folder}/files/md5/90/../../../../x`, content: 'x' },
      { name: `.datapin/gha/other/files/md5/90/0150983cd24fb0d6963f7d28e17f72`, content: 'x' },
      { name: `${folder}/files/md5/90/0150983CD24FB0D6963F7D28E17F72`, content: 'x' },
      { name, content: 'abc' },
    ]);
    expect((await contents()).map(([key, bytes]) => `${key} ${bytes.toString()}`)).toEqual(['md5 900150983cd24fb0d6963f7d28e17f72 abc']);
  });

  test('is no link, folder or device, whatever its name', async () => {
    writeTar([
      { name, content: '', type: '2', link: '/etc/passwd' },
      { name, content: '', type: '1', link: '/etc/passwd' },
      { name, content: '', type: '5' },
      { name, content: '', type: '3' },
    ]);
    expect(await contents()).toEqual([]);
  });

  test.for([
    ['no archive at all', () => Buffer.from('<html>')],
    ['an archive that ends in the middle', () => zstdCompressSync(tarOf([{ name, content: 'x'.repeat(5000) }]).subarray(0, 2000))],
    ['a compressed file that ends in the middle', () => zstdCompressSync(randomBytes(100_000)).subarray(0, 50_000)],
    ['a header that is damaged', () => zstdCompressSync(Buffer.alloc(1024, 'x'))],
  ] as const)('%s is an error', async ([, bytes]) => {
    writeFileSync(archive, bytes());
    await expect(contents()).rejects.toThrow(/archive|unknown frame|unexpected end|prefix|header/iu);
  });

  test('is given up when it unpacks to more than it may', async () => {
    writeFileSync(archive, zstdCompressSync(tarOf([{ name, content: '\0'.repeat(20_000_000) }])));
    await expect(contents(5_000_000)).rejects.toThrow('unpacks to far more');
  });

  test('can be left before its end', async () => {
    await writeArchive(Array.from({ length: 300 }, () => stored(randomBytes(20_000))));
    for await (const group of readArchive(pieces(archive), { folder, limit: 1e9 })) {
      expect(group.length).toBeGreaterThan(0);
      break;
    }
  });
});
