import { closeSync, constants, copyFileSync, linkSync, lstatSync, rmSync, statSync, write } from 'node:fs';
import { promisify } from 'node:util';

import { createContentHash, hashBytes } from '../hashing/content-hash.ts';
import { type FileIdentity, identityOf, sameIdentity } from '../hashing/file-identity.ts';
import { changedWhileRead, hashFile, readLargeFile, readSmallFile } from '../hashing/hash-file.ts';
import type { ObjectId } from '../hashing/object-id.ts';
import { errnoOf, ioError } from '../io-error.ts';
import type { StoredFile, StoreFileOptions } from './cache.ts';
import { objectMode, type ObjectFiles, quietlyChmod } from './object-files.ts';

/** What storing needs of the cache. */
export interface StoreTarget {
  readonly files: ObjectFiles;
  has(id: ObjectId): boolean;
  /** Whether `cache.type` lists reflinks; turned off at the first file system that has none. */
  reflinks: boolean;
}

/** {@link Cache.storeSmallFile}: the bytes in memory are both hashed and stored. */
export function storeSmallFile(target: StoreTarget, path: string, options: StoreFileOptions): StoredFile | undefined {
  try {
    const small = readSmallFile(path);
    if (small === undefined) return undefined;
    const { bytes, identity, readAtMs } = small;
    const id = { algorithm: options.algorithm, value: hashBytes(options.algorithm, bytes) };
    options.onBytes?.(bytes.length);
    if (target.has(id)) return { id, identity, readAtMs };
    if (options.hardlink === true && bytes.length > 0) return undefined;
    target.files.write(id, bytes);
    return { id, identity, readAtMs };
  } catch (error) {
    throw ioError(error, `cannot store ${path} in the cache`);
  }
}

/** {@link Cache.storeFile}: by a clone or hard link that is then hashed, else by a copy that is hashed on the way. */
export async function storeFile(target: StoreTarget, path: string, options: StoreFileOptions): Promise<StoredFile> {
  const small = storeSmallFile(target, path, options);
  if (small !== undefined) return small;
  try {
    return (
      (await storeExpected(target, path, options)) ??
      (await storeLinked(target, path, options)) ??
      (await storeCopied(target, path, options))
    );
  } catch (error) {
    throw ioError(error, `cannot store ${path} in the cache`);
  }
}

/** Most files that are added again are what they were: then reading is enough. */
async function storeExpected(target: StoreTarget, path: string, options: StoreFileOptions): Promise<StoredFile | undefined> {
  const { expected } = options;
  if (expected === undefined || expected.algorithm !== options.algorithm || !target.has(expected)) return undefined;
  if (statSync(path).size !== statSync(target.files.pathOf(expected)).size) return undefined;
  const { hash, identity, readAtMs } = await hashFile(path, options);
  const id = { algorithm: options.algorithm, value: hash };
  // Anything else is read a second time: nothing may be stored that was not hashed from the very bytes.
  return target.has(id) ? { id, identity, readAtMs } : undefined;
}

async function storeLinked(target: StoreTarget, path: string, options: StoreFileOptions): Promise<StoredFile | undefined> {
  const linked = options.hardlink === true ? hardlinked(target, path) : cloned(target, path);
  if (linked === undefined) return undefined;
  const { temp } = linked;
  try {
    quietlyChmod(temp, objectMode);
    const { hash, identity, readAtMs } = await hashFile(temp, options);
    const id = { algorithm: options.algorithm, value: hash };
    if (target.has(id)) rmSync(temp, { force: true });
    else target.files.publish(temp, id);
    if (linked.source !== undefined) return { id, identity: linked.source, readAtMs };
    // The file is the object now: each step gave it another ctime, but nobody else may have touched it.
    const now = identityOf(statSync(path));
    if (sameIdentity({ ...identity, ctimeMs: now.ctimeMs }, now)) return { id, identity: now, readAtMs };
    rmSync(target.files.pathOf(id), { force: true });
    throw changedWhileRead(path);
  } catch (error) {
    rmSync(temp, { force: true });
    throw error;
  }
}

interface LinkedFile {
  readonly temp: string;
  /** Identity of the file that was cloned; `undefined` when `temp` is that file. */
  readonly source: FileIdentity | undefined;
}

/** A copy-on-write clone, which no later change of the file can reach; `undefined` where the file system has none. */
function cloned(target: StoreTarget, path: string): LinkedFile | undefined {
  if (!target.reflinks) return undefined;
  const temp = target.files.tempPath();
  try {
    const source = identityOf(statSync(path));
    copyFileSync(path, temp, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
    if (!sameIdentity(source, identityOf(statSync(path)))) throw changedWhileRead(path);
    return { temp, source };
  } catch (error) {
    rmSync(temp, { force: true });
    if (errnoOf(error) === undefined) throw error;
    target.reflinks = false;
    return undefined;
  }
}

/** Another name for the file; `undefined` across file systems, and for a symbolic link, whose target is what counts. */
function hardlinked(target: StoreTarget, path: string): LinkedFile | undefined {
  if (lstatSync(path).isSymbolicLink()) return undefined;
  const temp = target.files.tempPath();
  try {
    linkSync(path, temp);
    return { temp, source: undefined };
  } catch {
    return undefined;
  }
}

const writeOnce = promisify(write);

async function writeInBackground(file: number, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += (await writeOnce(file, bytes, written, bytes.length - written, null)).bytesWritten;
}

async function storeCopied(target: StoreTarget, path: string, options: StoreFileOptions): Promise<StoredFile> {
  const content = createContentHash(options.algorithm);
  const temp = target.files.createUnnamedTemp();
  try {
    let read;
    try {
      read = await readLargeFile(path, {
        ...options,
        async onChunk(chunk) {
          // Written by a thread while this one hashes.
          const writing = writeInBackground(temp.file, chunk);
          content.update(chunk);
          await writing;
        },
      });
    } finally {
      closeSync(temp.file);
    }
    const id = { algorithm: options.algorithm, value: content.digest() };
    if (target.has(id)) rmSync(temp.path, { force: true });
    else target.files.publish(temp.path, id);
    return { id, ...read };
  } catch (error) {
    rmSync(temp.path, { force: true });
    throw error;
  }
}
