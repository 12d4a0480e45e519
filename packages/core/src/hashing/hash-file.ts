import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';

import { DatapinError } from '../errors.ts';
import { ioError } from '../io-error.ts';
import { throwIfCancelled } from '../pacing.ts';
import { createContentHash, hashBytes } from './content-hash.ts';
import { type FileIdentity, identityOf, sameIdentity } from './file-identity.ts';
import type { HashAlgorithm } from './object-id.ts';

/** A file's hash, and the identity it had before and after it was read. */
export interface FileHash {
  readonly hash: string;
  readonly identity: FileIdentity;
  /** When the reading began (`Date.now()`): decides whether the hash may be remembered. */
  readonly readAtMs: number;
}

export interface HashFileOptions {
  readonly algorithm: HashAlgorithm;
  readonly signal?: AbortSignal | undefined;
  /** Told how many bytes were read since the last call. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** Files up to this size are read in one piece, synchronously. */
export const smallFileSize: number = 1024 * 1024;

/** One buffer for all small files: synchronous code never shares it with anybody else. */
let smallBuffer: Buffer | undefined;

/** A small file's bytes, valid until the next small file is read. */
export interface SmallFile {
  readonly bytes: Buffer;
  readonly identity: FileIdentity;
  readonly readAtMs: number;
}

/**
 * Reads a file that has at most {@link smallFileSize} bytes; `undefined` when it has more. Symbolic links are followed.
 * The bytes live in a shared buffer: use them before anything else is read. Throws `changed-while-read`, and `fs` errors as they are.
 */
export function readSmallFile(path: string): SmallFile | undefined {
  const file = openSync(path, 'r');
  try {
    const readAtMs = Date.now();
    const before = identityOf(fstatSync(file));
    if (before.size > smallFileSize) return undefined;
    const bytes = readBytes(file, before.size);
    if (bytes.length !== before.size || !sameIdentity(before, identityOf(fstatSync(file)))) throw changedWhileRead(path);
    return { bytes, identity: before, readAtMs };
  } finally {
    closeSync(file);
  }
}

/** {@link readSmallFile} for bytes that are hashed before they are believed: nobody asks whether the file changed meanwhile. */
export function readSmallBytes(path: string): Buffer | undefined {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    return size > smallFileSize ? undefined : readBytes(file, size);
  } finally {
    closeSync(file);
  }
}

/** Into the buffer of all small files. */
function readBytes(file: number, size: number): Buffer {
  smallBuffer ??= Buffer.allocUnsafeSlow(smallFileSize);
  let length = 0;
  while (length < size) {
    const read = readSync(file, smallBuffer, length, size - length, null);
    if (read === 0) break;
    length += read;
  }
  return smallBuffer.subarray(0, length);
}

/** Hash of a file of any size, in bounded memory. Symbolic links are followed. Rejects with `changed-while-read` and the codes of {@link ioError}. */
export async function hashFile(path: string, options: HashFileOptions): Promise<FileHash> {
  try {
    const small = readSmallFile(path);
    if (small !== undefined) {
      options.onBytes?.(small.bytes.length);
      return { hash: hashBytes(options.algorithm, small.bytes), identity: small.identity, readAtMs: small.readAtMs };
    }
    return await hashLargeFile(path, options);
  } catch (error) {
    throw ioError(error, `cannot read ${path}`);
  }
}

async function hashLargeFile(path: string, options: HashFileOptions): Promise<FileHash> {
  const content = createContentHash(options.algorithm);
  const { identity, readAtMs } = await readLargeFile(path, {
    ...options,
    onChunk: (chunk) => {
      content.update(chunk);
    },
  });
  return { hash: content.digest(), identity, readAtMs };
}

/** {@link hashFile} for where waiting is not possible; blocks the event loop for as long as it reads. Throws `fs` errors as they are. */
export function hashFileSync(path: string, algorithm: HashAlgorithm): string {
  const content = createContentHash(algorithm);
  const chunk = Buffer.allocUnsafe(chunkSize);
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const read = readSync(file, chunk, 0, chunkSize, null);
      if (read === 0) return content.digest();
      content.update(chunk.subarray(0, read));
    }
  } finally {
    closeSync(file);
  }
}

export interface ReadLargeOptions extends Omit<HashFileOptions, 'algorithm'> {
  /** Gets each chunk in order; the next one is read meanwhile. The chunk is only valid until the returned promise resolves. */
  readonly onChunk: (chunk: Buffer) => void | Promise<void>;
}

const chunkSize = 1024 * 1024;

/**
 * Streams a file through two buffers, so that reading goes on while a chunk is being used.
 * Rejects with `changed-while-read` when the file was another one, or changed, between the first byte and the last.
 */
export async function readLargeFile(path: string, options: ReadLargeOptions): Promise<Omit<FileHash, 'hash'>> {
  const readAtMs = Date.now();
  await using file = await open(path, 'r');
  const before = identityOf(await file.stat());
  let filling = Buffer.allocUnsafeSlow(chunkSize);
  let using = Buffer.allocUnsafeSlow(chunkSize);
  let total = 0;
  let reading = file.read(filling, 0, chunkSize, null);
  for (;;) {
    const { bytesRead } = await reading;
    if (bytesRead === 0) break;
    throwIfCancelled(options.signal);
    [filling, using] = [using, filling];
    reading = file.read(filling, 0, chunkSize, null);
    total += bytesRead;
    try {
      await options.onChunk(using.subarray(0, bytesRead));
    } catch (error) {
      // the read under way must not outlive the open file
      await reading.catch(() => undefined);
      throw error;
    }
    options.onBytes?.(bytesRead);
  }
  if (total !== before.size || !sameIdentity(before, identityOf(await file.stat()))) throw changedWhileRead(path);
  return { identity: before, readAtMs };
}

/** The error for a file that is being written while it is read. */
export function changedWhileRead(path: string): DatapinError {
  return new DatapinError('changed-while-read', `${path} changed while it was being read`, {
    hint: 'Wait until the program that writes it is done, then try again.',
  });
}
