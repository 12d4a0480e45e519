import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { open } from 'node:fs/promises';

import { type ByteRange, type ByteStream, StorageError } from '@datapin/storage';

import { classify, errnoOf, isAbsence } from './classify.ts';

/** Objects up to this size are read by one synchronous call; larger ones in pieces of this size. */
const pieceSize = 1024 * 1024;

export interface ObjectReading {
  readonly path: string;
  readonly range?: ByteRange | undefined;
  /** Throws when the reading has to end. */
  readonly check: () => void;
  /** What to say when the object is not there. */
  readonly absent: () => StorageError;
}

/** Size of an object's file. Throws `not-found` when no file is there. */
export function statObject(path: string, absent: () => StorageError): Stats {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isFile() !== true) throw absent();
    return stats;
  } catch (error) {
    throw isAbsence(error) ? absent() : classify(error, `cannot read ${path}`);
  }
}

/** Opens an object or a part of it. Throws `not-found` when no file is there. No file stays open for a stream that nobody reads. */
export function readObject(reading: ObjectReading): ByteStream {
  const { path, range, check, absent } = reading;
  const { size } = statObject(path, absent);
  const { start, end } = range ?? { start: 0, end: size };
  if (end > size) throw new StorageError('invalid-request', `${path} has ${size} bytes, there is no part of it up to ${end}`);
  return end - start > pieceSize ? readInPieces(reading, start, end) : readAtOnce(readPiece(reading, start, end), check);
}

function readPiece({ path, absent }: ObjectReading, start: number, end: number): Uint8Array {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw isAbsence(error) ? absent() : classify(error, `cannot read ${path}`);
  }
  try {
    const bytes = Buffer.allocUnsafeSlow(end - start);
    let filled = 0;
    while (filled < bytes.length) {
      const count = readSync(file, bytes, filled, bytes.length - filled, start + filled);
      if (count === 0) throw endedEarly(path, fstatSync(file).size, end);
      filled += count;
    }
    return bytes;
  } catch (error) {
    throw classify(error, `cannot read ${path}`);
  } finally {
    closeSync(file);
  }
}

async function* readAtOnce(bytes: Uint8Array, check: () => void): ByteStream {
  check();
  if (bytes.length > 0) yield bytes;
}

async function* readInPieces({ path, check, absent }: ObjectReading, start: number, end: number): ByteStream {
  check();
  const file = await open(path, 'r').catch((error: unknown) => {
    throw isAbsence(error) ? absent() : classify(error, `cannot read ${path}`);
  });
  try {
    for (let position = start; position < end;) {
      check();
      const length = Math.min(pieceSize, end - position);
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(length), 0, length, position);
      check();
      if (bytesRead === 0) throw endedEarly(path, position, end);
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw errnoOf(error) === undefined ? error : classify(error, `cannot read ${path}`);
  } finally {
    await file.close();
  }
}

function endedEarly(path: string, size: number, end: number): StorageError {
  return new StorageError('interrupted', `${path} became shorter while it was read: it ends at ${size}, not at ${end}`);
}
