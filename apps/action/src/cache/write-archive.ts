import { createReadStream, createWriteStream, readFileSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';

import { createContentHash, isDirectoryId, objectKey, type ObjectId } from '@datapin/core';

import { blockSize, paddingOf, writeHeader } from './tar-header.ts';

/** An object of the local cache. */
export interface StoredObject {
  readonly id: ObjectId;
  readonly path: string;
}

const smallObject = 256 * 1024;
const chunkSize = 1024 * 1024;

/**
 * Packs objects into an archive whose members seem to lie in `folder`, directory objects first. Every object is hashed on the way: steps since may have changed the
 * files. Rejects when one is not what its name says, or is gone; the archive must not be used then.
 */
export async function writeArchive(archive: string, folder: string, objects: readonly StoredObject[]): Promise<void> {
  const ordered = [...objects.filter(({ id }) => isDirectoryId(id)), ...objects.filter(({ id }) => !isDirectoryId(id))];
  // Data is often compressed already: the fastest level notices that and takes nearly all that there is to win from the rest.
  const compress = createZstdCompress({ chunkSize, params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  await pipeline(
    Readable.from(inChunks(archiveOf(ordered, folder)), { objectMode: false, highWaterMark: chunkSize }),
    compress,
    createWriteStream(archive),
  );
}

async function* archiveOf(objects: readonly StoredObject[], folder: string): AsyncGenerator<Uint8Array> {
  for (const { id, path } of objects) {
    const { size } = statSync(path);
    yield writeHeader(`${folder}/${objectKey(id)}`, size);
    const hash = createContentHash(id.algorithm);
    if (size <= smallObject) {
      const bytes = readFileSync(path);
      if (bytes.length !== size) throw changed(path);
      hash.update(bytes);
      yield bytes;
    } else {
      let length = 0;
      for await (const chunk of createReadStream(path, { highWaterMark: chunkSize })) {
        const bytes: Uint8Array = chunk;
        length += bytes.length;
        hash.update(bytes);
        yield bytes;
      }
      if (length !== size) throw changed(path);
    }
    if (hash.digest() !== id.value.replace(/\.dir$/u, '')) throw changed(path);
    yield Buffer.alloc(paddingOf(size));
  }
  yield Buffer.alloc(2 * blockSize);
}

function changed(path: string): Error {
  return new Error(`${path} has changed since it was brought`);
}

/** Few large writes instead of many small ones. */
async function* inChunks(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    if (piece.length === 0) continue;
    waiting.push(piece);
    length += piece.length;
    if (length < chunkSize) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(waiting);
}
