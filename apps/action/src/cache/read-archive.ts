import type { Writable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';

import { isObjectValue, type NearbyObject, type ObjectId } from '@datapin/core';

import { blockSize, paddingOf, readHeader } from './tar-header.ts';

/** Objects up to here are given as one piece. */
const smallObject = 256 * 1024;
const chunkSize = 1024 * 1024;
/** RFC 8878 §3.1.1: how a compressed archive begins. One that is not begins with a name. */
const zstdMagic = [0x28, 0xb5, 0x2f, 0xfd];

/**
 * The objects in an archive of the Actions cache, in groups, in their order. Nothing is unpacked: what is not an object's name in the entry's folder
 * (other names, links, ways out) is passed over, so an archive can say what it likes. Whether bytes are what they are called is for the receiver to
 * find out. Throws when the archive is damaged, when it unpacks to more than `limit` bytes, and what `archive` throws. Of that one piece at a time is
 * held, until the next is asked for.
 */
export async function* readArchive(
  archive: AsyncIterable<Uint8Array>,
  { folder, limit }: { readonly folder: string; readonly limit: number },
): AsyncGenerator<readonly NearbyObject[]> {
  const pieces = archive[Symbol.asyncIterator]();
  const first = await pieces.next();
  const all = resume(first, pieces);
  if (first.done !== true && zstdMagic.every((byte, index) => first.value[index] === byte)) {
    yield* members(limited(decompressed(all), limit), { folder, own: (bytes) => bytes });
  } else {
    yield* members(limited(all, limit), { folder, own: (bytes) => Buffer.from(bytes) });
  }
}

/** What an iterator gives, with what it gave first. */
async function* resume<T>(first: IteratorResult<T>, rest: AsyncIterator<T>): AsyncGenerator<T> {
  try {
    for (let next = first; next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    // What is on its way may take its time; nobody waits for it.
    rest.return?.().catch(() => {});
  }
}

/** Chunks of the content, each a buffer of its own. */
async function* decompressed(archive: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const bytes = createZstdDecompress({ chunkSize });
  // A failure comes out of the iteration; that an early end breaks the pipe is none.
  const feeding = feed(archive, bytes).catch((error: unknown) => void bytes.destroy(error instanceof Error ? error : undefined));
  try {
    yield* bytes;
  } finally {
    bytes.destroy();
    await feeding;
  }
}

/** Writes pieces into a stream, each when the one before has been taken. Ends with the stream, whatever it waits for. */
async function feed(pieces: AsyncIterable<Uint8Array>, stream: Writable): Promise<void> {
  // A stream that fails says so to its reader, and never answers the write that was its last.
  const closed = new Promise<never>((_, reject) => stream.once('close', () => reject(new Error('closed'))));
  closed.catch(() => {});
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), closed]);
      if (next.done === true) break;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      stream.write(next.value, (error) => (error ? reject(error) : resolve()));
      await Promise.race([promise, closed]);
    }
    stream.end();
  } finally {
    // What is on its way may take its time; nobody waits for it.
    iterator.return?.().catch(() => {});
  }
}

/**
 * Members are taken from a chunk as long as it lasts, without waiting: there may be very many. `own` makes bytes of a chunk last beyond the next one.
 */
async function* members(
  input: AsyncIterable<Uint8Array>,
  { folder, own }: { readonly folder: string; readonly own: (bytes: Buffer) => Buffer },
): AsyncGenerator<readonly NearbyObject[]> {
  const chunks = input[Symbol.asyncIterator]();
  let bytes: Buffer = Buffer.alloc(0);
  let at = 0;
  /** Adds the next chunk to what is left. */
  const more = async (): Promise<boolean> => {
    bytes = own(bytes.subarray(at));
    at = 0;
    const next = await chunks.next();
    if (next.done === true) return false;
    const chunk = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
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
      group.push({ id, size, bytes: own(bytes.subarray(start, start + size)) });
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
