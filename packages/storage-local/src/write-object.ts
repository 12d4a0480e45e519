import { createHash, hash } from 'node:crypto';
import { existsSync, write, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

import { type ByteSource, StorageError } from '@datapin/storage';

import { classify, errnoOf } from './classify.ts';
import type { Folders } from './folders.ts';
import { createTemporaryObject, type TemporaryObject } from './temporary-object.ts';

/** Objects up to this size are gathered and written by synchronous calls; larger ones go piece by piece. */
const smallObject = 1024 * 1024;

const writeAsync = promisify(write);

export interface ObjectWriting {
  readonly path: string;
  readonly source: ByteSource;
  readonly md5: string | undefined;
  readonly folders: Folders;
  /** Throws when the writing has to end. */
  readonly check: () => void;
}

/** Stores an object: a temporary file beside it, then rename. Nothing is left when it fails. Errors of the source are passed on. */
export async function writeObject(writing: ObjectWriting): Promise<void> {
  await (writing.source.size <= smallObject ? writeSmall(writing) : writeLarge(writing));
}

async function writeSmall({ path, source, md5, folders, check }: ObjectWriting): Promise<void> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source.open()) {
    check();
    size += chunk.length;
    if (size > source.size) break;
    chunks.push(chunk);
  }
  checkSize(path, size, source.size);
  const bytes = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  if (md5 !== undefined) checkMd5(path, hash('md5', bytes, 'hex'), md5);
  check();
  try {
    using temporary = createTemporaryObject(path, folders);
    for (let written = 0; written < bytes.length;) written += writeSync(temporary.file, bytes, written);
    temporary.publish();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

async function writeLarge(writing: ObjectWriting): Promise<void> {
  const { path, md5, folders, check } = writing;
  using temporary = attempt(path, () => createTemporaryObject(path, folders));
  const digest = await copyInto(temporary, writing);
  if (md5 !== undefined) checkMd5(path, digest, md5);
  check();
  attempt(path, () => temporary.publish());
}

/** Writes the source's bytes and gives back their MD5. Hashing goes on while the disk is busy. */
async function copyInto(temporary: TemporaryObject, { path, source, check }: ObjectWriting): Promise<string> {
  const digest = createHash('md5');
  let size = 0;
  for await (const chunk of source.open()) {
    check();
    size += chunk.length;
    if (size > source.size) break;
    const written = writeWhole(temporary.file, chunk);
    digest.update(chunk);
    await written.catch((error: unknown) => Promise.reject(cannotWrite(path, error)));
  }
  checkSize(path, size, source.size);
  return digest.digest('hex');
}

async function writeWhole(file: number, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += (await writeAsync(file, bytes, written)).bytesWritten;
}

function attempt<Value>(path: string, action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Where writing is not allowed, the folder is named that does not allow it: the object has none of its own yet. */
function cannotWrite(path: string, error: unknown): unknown {
  if (!['EACCES', 'EPERM', 'EROFS'].includes(errnoOf(error) ?? '')) return classify(error, `cannot write ${path}`);
  let folder = dirname(path);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return classify(error, `cannot write to ${folder}`);
}

function checkSize(path: string, actual: number, promised: number): void {
  if (actual === promised) return;
  const difference = actual > promised ? 'more' : 'fewer';
  throw new StorageError('invalid-request', `cannot write ${path}: its source gave ${difference} bytes than the ${promised} it said`);
}

function checkMd5(path: string, actual: string, promised: string): void {
  if (actual !== promised)
    throw new StorageError('invalid-request', `cannot write ${path}: its bytes have the MD5 ${actual}, not ${promised}`);
}
