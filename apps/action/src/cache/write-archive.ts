import { closeSync, createReadStream, createWriteStream, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
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
/** The fastest level takes nearly all that there is to win. */
const params = { [constants.ZSTD_c_compressionLevel]: 1 };
/** Compression is tried on so many objects, and on so many bytes of each. */
const samples = 32;
const sampleSize = 64 * 1024;
/** A smaller gain is not worth the time of unpacking it in every run. */
const worthwhile = 0.95;

/**
 * Packs objects into an archive whose members seem to lie in `folder`, directory objects first. It is compressed where that pays: images, models and
 * Parquet files are so already. Every object is hashed on the way: steps since may have changed the files. Rejects when one is not what its name says,
 * or is gone; the archive must not be used then.
 */
export async function writeArchive(archive: string, folder: string, objects: readonly StoredObject[]): Promise<void> {
  const ordered = [...objects.filter(({ id }) => isDirectoryId(id)), ...objects.filter(({ id }) => !isDirectoryId(id))];
  const members = Readable.from(archiveOf(ordered, folder), { objectMode: false, highWaterMark: chunkSize });
  const file = createWriteStream(archive);
  if (isCompressible(objects)) await pipeline(members, createZstdCompress({ chunkSize, params }), file);
  else await pipeline(members, file);
}

/** Tried on the beginnings of some of the objects, evenly chosen. */
function isCompressible(objects: readonly StoredObject[]): boolean {
  const step = Math.max(1, objects.length / samples);
  const pieces: Buffer[] = [];
  for (let index = 0; index < objects.length; index += step) {
    const { path } = objects[Math.floor(index)] ?? {};
    if (path !== undefined) pieces.push(beginningOf(path));
  }
  const sample = Buffer.concat(pieces);
  // what holds next to nothing is mostly headers, which do compress
  return sample.length < blockSize * pieces.length || zstdCompressSync(sample, { params }).length < worthwhile * sample.length;
}

function beginningOf(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(sampleSize);
    return bytes.subarray(0, readSync(file, bytes, 0, sampleSize, 0));
  } finally {
    closeSync(file);
  }
}

/** In few large chunks: small objects are gathered without waiting. */
async function* archiveOf(objects: readonly StoredObject[], folder: string): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  const add = (...pieces: readonly Uint8Array[]): void => {
    for (const piece of pieces) {
      waiting.push(piece);
      length += piece.length;
    }
  };
  const chunk = (): Uint8Array => {
    const all = Buffer.concat(waiting, length);
    waiting = [];
    length = 0;
    return all;
  };
  for (const { id, path } of objects) {
    const { size } = statSync(path);
    const expected = id.value.replace(/\.dir$/u, '');
    add(writeHeader(`${folder}/${objectKey(id)}`, size));
    if (size <= smallObject) {
      const bytes = readFileSync(path);
      if (bytes.length !== size || hashBytes(id.algorithm, bytes) !== expected) throw changed(path);
      add(bytes);
    } else {
      yield chunk();
      const hash = createContentHash(id.algorithm);
      let read = 0;
      for await (const piece of createReadStream(path, { highWaterMark: chunkSize })) {
        const bytes: Uint8Array = piece;
        read += bytes.length;
        hash.update(bytes);
        yield bytes;
      }
      if (read !== size || hash.digest() !== expected) throw changed(path);
    }
    add(Buffer.alloc(paddingOf(size)));
    if (length >= chunkSize) yield chunk();
  }
  add(Buffer.alloc(2 * blockSize));
  yield chunk();
}

function changed(path: string): Error {
  return new Error(`${path} has changed since it was brought`);
}
