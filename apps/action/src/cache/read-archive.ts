import { open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';

import { isObjectValue, type NearbyObject, type ObjectId } from '@datapin/core';

import { blockSize, paddingOf, readHeader } from './tar-header.ts';

/** Objects up to here are given as one piece. */
const smallObject = 256 * 1024;
const chunkSize = 1024 * 1024;

/**
 * The objects in an archive of the Actions cache, in groups, in their order. Nothing is unpacked: what is not an object's name in the entry's folder
 * (other names, links, ways out) is passed over, so an archive can say what it likes. Whether bytes are what they are called is for the receiver to
 * find out. Throws when the archive is damaged, and when it unpacks to more than `limit` bytes. The file is closed when reading ends, also before its
 * time.
 */
export async function* readArchive(
  path: string,
  { folder, limit }: { readonly folder: string; readonly limit: number },
): AsyncGenerator<readonly NearbyObject[]> {
  const bytes = createZstdDecompress({ chunkSize });
  // A failure comes out of the iteration; that an early end breaks the pipe is none.
  const feeding = feed(path, bytes).catch((error: unknown) => void bytes.destroy(error instanceof Error ? error : undefined));
  try {
    yield* members(limited(bytes, limit), folder);
  } finally {
    bytes.destroy();
    await feeding;
  }
}

/** Writes a file into a stream, all of it through one buffer: fresh ones for gigabytes would keep the garbage collector busy. */
async function feed(path: string, stream: Writable): Promise<void> {
  const file = await open(path);
  try {
    const buffer = Buffer.allocUnsafeSlow(chunkSize);
    // A stream that fails says so to its reader, and never answers the write that was its last.
    const closed = new Promise<never>((_, reject) => stream.once('close', () => reject(new Error('closed'))));
    closed.catch(() => {});
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, chunkSize);
      if (bytesRead === 0) break;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      stream.write(buffer.subarray(0, bytesRead), (error) => (error ? reject(error) : resolve()));
      await Promise.race([promise, closed]);
    }
    stream.end();
  } finally {
    await file.close();
  }
}

/** Members are taken from a chunk as long as it lasts, without waiting: there may be very many. */
async function* members(input: AsyncIterable<Uint8Array>, folder: string): AsyncGenerator<readonly NearbyObject[]> {
  const chunks = input[Symbol.asyncIterator]();
  let bytes: Buffer = Buffer.alloc(0);
  let at = 0;
  /** Adds the next chunk to what is left. */
  const more = async (): Promise<boolean> => {
    const next = await chunks.next();
    if (next.done === true) return false;
    const chunk = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    bytes = at === bytes.length ? chunk : Buffer.concat([bytes.subarray(at), chunk]);
    at = 0;
    return true;
  };
  const skip = async (length: number): Promise<void> => {
    let left = length;
    while (left > bytes.length - at) {
      left -= bytes.length - at;
      at = bytes.length;
      if (!(await more())) throw cutShort();
    }
    at += left;
  };

  for (;;) {
    const group: NearbyObject[] = [];
    let large: { readonly id: ObjectId; readonly size: number } | undefined;
    let toSkip = 0;
    while (bytes.length - at >= blockSize) {
      const header = readHeader(bytes, at);
      if (header === undefined) {
        if (group.length > 0) yield group;
        return;
      }
      const { size } = header;
      const id = header.isFile ? objectIn(folder, header.name) : undefined;
      const start = at + blockSize;
      if (id === undefined || size > smallObject) {
        at = start;
        if (id !== undefined) {
          large = { id, size };
          break;
        }
        toSkip = size + paddingOf(size);
        if (toSkip > bytes.length - at) break;
        at += toSkip;
        toSkip = 0;
        continue;
      }
      if (bytes.length < start + size) break;
      group.push({ id, size, bytes: bytes.subarray(start, start + size) });
      at = start + size;
      toSkip = paddingOf(size);
      if (toSkip > bytes.length - at) break;
      at += toSkip;
      toSkip = 0;
    }
    if (group.length > 0) yield group;
    if (large !== undefined) {
      const { id, size } = large;
      let left = size;
      const stream = async function* (): AsyncGenerator<Uint8Array> {
        while (left > 0) {
          if (at === bytes.length && !(await more())) throw cutShort();
          const piece = bytes.subarray(at, Math.min(bytes.length, at + left));
          at += piece.length;
          left -= piece.length;
          yield piece;
        }
      };
      yield [{ id, size, bytes: stream() }];
      await skip(left + paddingOf(size));
    } else if (toSkip > 0) {
      await skip(toSkip);
    } else if (!(await more())) {
      if (at < bytes.length) throw cutShort();
      return;
    }
  }
}

async function* limited(stream: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > limit) throw new Error('it unpacks to far more than what is pinned');
    yield chunk;
  }
}

function cutShort(): Error {
  return new Error('the archive ends in the middle of an object');
}

/** `<folder>/files/md5/ab/cdef…` and `<folder>/ab/cdef…`: the layout of a cache. */
function objectIn(folder: string, name: string): ObjectId | undefined {
  if (!name.startsWith(`${folder}/`)) return undefined;
  const [, modern, start = '', rest = ''] =
    /^(files\/md5\/)?([0-9a-f]{2})\/([0-9a-f]{30}(?:\.dir)?)$/u.exec(name.slice(folder.length + 1)) ?? [];
  const value = start + rest;
  return isObjectValue(value) ? { algorithm: modern === undefined ? 'md5-dos2unix' : 'md5', value } : undefined;
}
