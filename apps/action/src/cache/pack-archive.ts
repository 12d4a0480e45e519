import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { constants, createZstdCompress, zstdCompressSync } from 'node:zlib';

import { createContentHash, hashBytes, isDirectoryId, objectKey, type ObjectId } from '@datapin/core';

import { blockSize, paddingOf, writeHeader } from './tar-header.ts';

/** An object of the local cache. */
export interface StoredObject {
  readonly id: ObjectId;
  readonly path: string;
}

const smallObject = 256 * 1024;
const chunkSize = 1024 * 1024;
/** Header, bytes and one more, padding; and the end of the archive. */
const longestSmallMember = smallObject + 5 * blockSize;
/** The fastest level takes nearly all that there is to win. */
const params = { [constants.ZSTD_c_compressionLevel]: 1 };
/** Compression is tried on so many objects, and on so many bytes of each. */
const samples = 32;
const sampleSize = 64 * 1024;
/** A smaller gain is not worth the time of unpacking it in every run. */
const worthwhile = 0.95;

/** An object is not what its name says, or is gone. */
export class UnusableObject extends Error {}

/**
 * Packs objects into an archive whose members seem to lie in `folder`, directory objects first. It is compressed where that pays: images, models and
 * Parquet files are so already. Every object is hashed on the way: steps since may have changed the files. Where one is not what its name says, this
 * throws {@link UnusableObject} or the stream fails with it; what came before must not be used then.
 */
export function packArchive(folder: string, objects: readonly StoredObject[]): Readable {
  const directories = objects.filter(({ id }) => isDirectoryId(id));
  const files = objects.filter(({ id }) => !isDirectoryId(id));
  const members = Readable.from(archiveOf([...directories, ...files], folder), { objectMode: false, highWaterMark: chunkSize });
  if (!isCompressible(files)) return members;
  // whoever reads what comes out is told of any failure
  return pipeline(members, createZstdCompress({ chunkSize, params }), () => undefined);
}

/** Tried on the beginnings of some of the files, evenly chosen: directory objects, which are text, are next to nothing of the whole. */
function isCompressible(files: readonly StoredObject[]): boolean {
  const step = Math.max(1, files.length / samples);
  const pieces: Buffer[] = [];
  for (let index = 0; index < files.length; index += step) {
    const { path } = files[Math.floor(index)] ?? {};
    if (path !== undefined) pieces.push(beginningOf(path));
  }
  const sample = Buffer.concat(pieces);
  // what holds next to nothing is mostly headers, which do compress
  return sample.length <= blockSize * pieces.length || zstdCompressSync(sample, { params }).length < worthwhile * sample.length;
}

function beginningOf(path: string): Buffer {
  const bytes = Buffer.alloc(sampleSize);
  return bytes.subarray(0, readBeginning(path, bytes).read);
}

/** In few large chunks: small objects are read to where they lie in one. */
async function* archiveOf(objects: readonly StoredObject[], folder: string): AsyncGenerator<Uint8Array> {
  let chunk = Buffer.allocUnsafe(chunkSize);
  let end = 0;
  const take = (): Uint8Array => {
    const whole = chunk.subarray(0, end);
    chunk = Buffer.allocUnsafe(chunkSize);
    end = 0;
    return whole;
  };
  const pad = (bytes: number): void => {
    chunk.fill(0, end, (end += bytes));
  };
  for (const { id, path } of objects) {
    if (end + longestSmallMember > chunkSize) yield take();
    const expected = id.value.replace(/\.dir$/u, '');
    const start = end + blockSize;
    const { read, size } = readBeginning(path, chunk.subarray(start, start + smallObject + 1));
    writeHeader(chunk.subarray(end, start), { name: `${folder}/${objectKey(id)}`, size });
    end = start;
    if (read <= smallObject) {
      if (hashBytes(id.algorithm, chunk.subarray(start, start + read)) !== expected) throw changed(path);
      end += read;
    } else {
      yield take();
      yield* largeObject(path, { algorithm: id.algorithm, size, expected });
    }
    pad(paddingOf(size));
  }
  pad(2 * blockSize);
  yield take();
}

async function* largeObject(
  path: string,
  { algorithm, size, expected }: { readonly algorithm: ObjectId['algorithm']; readonly size: number; readonly expected: string },
): AsyncGenerator<Uint8Array> {
  const hash = createContentHash(algorithm);
  let read = 0;
  for await (const piece of createReadStream(path, { highWaterMark: chunkSize })) {
    const bytes: Uint8Array = piece;
    read += bytes.length;
    hash.update(bytes);
    yield bytes;
  }
  if (read !== size || hash.digest() !== expected) throw changed(path);
}

/** Fills the buffer from a file, as far as that goes; tells how many bytes that were and how many the file has. */
function readBeginning(path: string, buffer: Buffer): { readonly read: number; readonly size: number } {
  const file = open(path);
  try {
    let read = 0;
    while (read < buffer.length) {
      const more = readSync(file, buffer, read, buffer.length - read, null);
      if (more === 0) return { read, size: read };
      read += more;
    }
    return { read, size: fstatSync(file).size };
  } finally {
    closeSync(file);
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw new UnusableObject(`${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function changed(path: string): UnusableObject {
  return new UnusableObject(`${path} has changed since it was brought`);
}
