import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';

import { isObjectValue, type NearbyObject, type ObjectId } from '@datapin/core';

import { blockSize, paddingOf, readHeader } from './tar-header.ts';

/** Objects up to here are given as one piece. */
const smallObject = 256 * 1024;
const chunkSize = 1024 * 1024;

/**
 * The objects in an archive of the Actions cache, in groups, in their order. Nothing is unpacked: what is not an object's name in the entry's folder (other names, links,
 * ways out) is passed over, so an archive can say what it likes. Whether bytes are what they are called is for the receiver to find out.
 * Throws when the archive is damaged, and when it unpacks to more than `limit` bytes. The file is closed when reading ends, also before its time.
 */
export async function* readArchive(
  path: string,
  { folder, limit }: { readonly folder: string; readonly limit: number },
): AsyncGenerator<readonly NearbyObject[]> {
  const file = createReadStream(path, { highWaterMark: chunkSize });
  const bytes = createZstdDecompress({ chunkSize });
  // A failure comes out of the iteration; that an early end breaks the pipe is none.
  pipeline(file, bytes, () => {});
  const input = chunked(limited(bytes, limit));
  try {
    yield* members(input, folder);
  } finally {
    file.destroy();
    bytes.destroy();
  }
}

async function* members(input: Chunked, folder: string): AsyncGenerator<readonly NearbyObject[]> {
  let group: NearbyObject[] = [];
  for (;;) {
    // What a chunk holds is handed on before the next one is waited for.
    if (input.ready() < blockSize && group.length > 0) {
      yield group;
      group = [];
    }
    const block = await input.exactly(blockSize);
    const header = block === undefined ? undefined : readHeader(block);
    if (header === undefined) break;
    const { name, size, isFile } = header;
    const id = isFile ? objectIn(folder, name) : undefined;
    if (id === undefined) {
      await input.skip(size + paddingOf(size));
    } else if (size <= smallObject) {
      if (input.ready() < size && group.length > 0) {
        yield group;
        group = [];
      }
      const bytes = await input.exactly(size);
      if (bytes === undefined) throw cutShort();
      group.push({ id, size, bytes });
      await input.skip(paddingOf(size));
    } else {
      if (group.length > 0) yield group;
      group = [];
      let left = size;
      const stream = async function* (): AsyncGenerator<Uint8Array> {
        while (left > 0) {
          const some = await input.atMost(left);
          if (some === undefined) throw cutShort();
          left -= some.length;
          yield some;
        }
      };
      yield [{ id, size, bytes: stream() }];
      await input.skip(left + paddingOf(size));
    }
  }
  if (group.length > 0) yield group;
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

interface Chunked {
  /** How many bytes can be had without waiting. */
  ready(): number;
  /** So many bytes in one piece; `undefined` when the stream has ended before the first. */
  exactly(length: number): Promise<Uint8Array | undefined>;
  /** At least one byte and at most so many; `undefined` at the end. */
  atMost(length: number): Promise<Uint8Array | undefined>;
  skip(length: number): Promise<void>;
}

function chunked(stream: AsyncIterable<Uint8Array>): Chunked {
  const chunks = stream[Symbol.asyncIterator]();
  let current: Uint8Array = new Uint8Array();
  let at = 0;

  const atMost = async (length: number): Promise<Uint8Array | undefined> => {
    while (at === current.length) {
      const next = await chunks.next();
      if (next.done === true) return undefined;
      current = next.value;
      at = 0;
    }
    const end = Math.min(current.length, at + length);
    const some = current.subarray(at, end);
    at = end;
    return some;
  };
  const exactly = async (length: number): Promise<Uint8Array | undefined> => {
    if (length <= current.length - at) {
      const piece = current.subarray(at, at + length);
      at += length;
      return piece;
    }
    const pieces: Uint8Array[] = [];
    let have = 0;
    while (have < length) {
      const some = await atMost(length - have);
      if (some === undefined) {
        if (have === 0) return undefined;
        throw cutShort();
      }
      pieces.push(some);
      have += some.length;
    }
    return Buffer.concat(pieces);
  };
  return {
    ready: () => current.length - at,
    atMost,
    exactly,
    async skip(length) {
      for (let left = length; left > 0;) {
        const some = await atMost(left);
        if (some === undefined) throw cutShort();
        left -= some.length;
      }
    },
  };
}
