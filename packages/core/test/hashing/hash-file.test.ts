import { appendFileSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { hashFile, readLargeFile, readSmallFile, smallFileSize } from '../../src/hashing/hash-file.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'datapin-hash-'));
  path = join(folder, 'file');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const large = Buffer.alloc(5 * smallFileSize + 17, 'large file ');

describe('hashing a file', () => {
  it.each([0, 1, smallFileSize - 1, smallFileSize, smallFileSize + 1, large.length])('gives the MD5 of %d bytes', async (size) => {
    writeFileSync(path, large.subarray(0, size));
    expect((await hashFile(path, { algorithm: 'md5' })).hash).toBe(hash('md5', large.subarray(0, size)));
  });

  it('follows a symbolic link', async () => {
    writeFileSync(path, 'content');
    symlinkSync('file', join(folder, 'link'));
    expect((await hashFile(join(folder, 'link'), { algorithm: 'md5' })).hash).toBe(hash('md5', 'content'));
  });

  it('tells how many bytes it has read', async () => {
    writeFileSync(path, large);
    let bytes = 0;
    await hashFile(path, { algorithm: 'md5', onBytes: (read) => (bytes += read) });
    expect(bytes).toBe(large.length);
  });

  it('stops when it is cancelled', async () => {
    writeFileSync(path, large);
    const controller = new AbortController();
    const hashing = hashFile(path, { algorithm: 'md5', signal: controller.signal, onBytes: () => controller.abort() });
    await expect(hashing).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('names the file that cannot be read', async () => {
    await expect(hashFile(path, { algorithm: 'md5' })).rejects.toMatchObject({ code: 'io-failed', message: expect.stringContaining(path) });
  });
});

describe('a file that changes while it is read', () => {
  const read = async (change: () => void): Promise<unknown> => {
    writeFileSync(path, large);
    let done = false;
    return readLargeFile(path, {
      onChunk: () => {
        if (!done) change();
        done = true;
      },
    });
  };

  it('is refused when it grows', async () => {
    await expect(read(() => appendFileSync(path, 'more'))).rejects.toMatchObject({ code: 'changed-while-read' });
  });

  it('is refused when it keeps its size and its modification time', async () => {
    const past = new Date(1_000_000_000_000);
    const change = (): void => {
      writeFileSync(path, Buffer.alloc(large.length));
      utimesSync(path, past, past);
    };
    writeFileSync(path, large);
    utimesSync(path, past, past);
    await expect(read(change)).rejects.toMatchObject({ code: 'changed-while-read' });
  });
});

describe('reading a small file', () => {
  it('leaves larger files to others', () => {
    writeFileSync(path, Buffer.alloc(smallFileSize + 1));
    expect(readSmallFile(path)).toBeUndefined();
  });
});
