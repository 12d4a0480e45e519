import type { Stats } from 'node:fs';

import type { Cache } from '../cache/cache.ts';
import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import { lstatIfThere, statIfThere } from '../file-stats.ts';
import { serializeDirectory } from '../formats/directory-object.ts';
import { hashBytes } from '../hashing/content-hash.ts';
import { type FileIdentity, identityOf, isSettled, sameIdentity } from '../hashing/file-identity.ts';
import { hashFile, type FileHash } from '../hashing/hash-file.ts';
import type { HashAlgorithm, ObjectId } from '../hashing/object-id.ts';
import { ioError } from '../io-error.ts';
import { createPacer } from '../pacing.ts';
import type { State, StateRecord } from '../state/state.ts';
import { walkDirectory, type WalkFilter } from './walk-directory.ts';

export interface HashOutputOptions {
  /** Absolute path of the project. */
  readonly root: string;
  /** The output, relative to the project root. */
  readonly path: string;
  readonly algorithm: HashAlgorithm;
  readonly filter: WalkFilter;
  readonly state: State;
  /** With it, everything is stored in the cache in the same pass. */
  readonly store?: StoreOptions | undefined;
}

export interface StoreOptions {
  readonly cache: Cache;
  /** Whether files may become cache objects by a hard link: see {@link StoreFileOptions}. */
  readonly hardlink?: boolean | undefined;
  /** What is pinned for the output now. */
  readonly expected?: ObjectId | undefined;
}

/** A file of an output as it is in the work tree. */
export interface HashedFile {
  /** Relative to the output; empty for an output that is a file itself. */
  readonly relpath: string;
  /** 32 hex digits. */
  readonly hash: string;
  readonly identity: FileIdentity;
  /** Whether a symbolic link stands there; identity and hash are those of what it leads to. */
  readonly isLink: boolean;
  /** How many names the file has: more than one for a hard link. */
  readonly nlink: number;
}

/** An output as it is in the work tree. */
export interface HashedOutput {
  readonly id: ObjectId;
  /** Bytes of all files together. */
  readonly size: number;
  /** Only for a directory. */
  readonly nfiles: number | undefined;
  /** Whether anybody may execute it; always `false` for a directory. */
  readonly isexec: boolean;
  /** In no particular order. */
  readonly files: readonly HashedFile[];
}

/** The files of an output. */
export interface HashedFiles {
  readonly isDirectory: boolean;
  /** Whether anybody may execute it; always `false` for a directory. */
  readonly isexec: boolean;
  /** In no particular order. */
  readonly files: readonly HashedFile[];
}

/**
 * Hashes an output, file or directory (DVC: `build`), with `store` the directory object is stored behind its files. What the state knows is not read
 * again, what had to be read is remembered: with nothing changed it costs one `lstat` per file and one query. `undefined` when nothing is there.
 * Rejects with `invalid-target`, `changed-while-read`, the codes of {@link ioError}, and with `store` those of the cache.
 */
export async function hashOutput(options: HashOutputOptions, context: OperationContext): Promise<HashedOutput | undefined> {
  const found = await hashOutputFiles(options, context);
  if (found === undefined) return undefined;
  const { algorithm, store } = options;
  const { files, isexec, isDirectory } = found;
  let size = 0;
  for (const { identity } of files) size += identity.size;
  const [file] = files;
  if (!isDirectory) return file && { id: { algorithm, value: file.hash }, size, nfiles: undefined, isexec, files };
  const entries = files.map(({ relpath, hash }) => ({ relpath, md5: hash }));
  const id =
    store === undefined
      ? { algorithm, value: `${hashBytes(algorithm, serializeDirectory(entries))}.dir` }
      : (await store.cache.writeDirectory(entries, algorithm)).id;
  return { id, size, nfiles: files.length, isexec, files };
}

/**
 * The files of {@link hashOutput} without the directory's own hash: for work on a part of a directory, which `includes` selects by the path relative
 * to the output. Rejects like {@link hashOutput}.
 */
export async function hashOutputFiles(
  options: HashOutputOptions & { readonly includes?: ((relpath: string) => boolean) | undefined },
  context: OperationContext,
): Promise<HashedFiles | undefined> {
  try {
    const top = `${options.root}/${options.path}`;
    const stats = statIfThere(top);
    if (stats === undefined) return undefined;
    if (stats.isDirectory()) {
      const files = await hashFiles(await listFiles(options, context), options, context);
      return { isDirectory: true, isexec: false, files };
    }
    if (!stats.isFile()) {
      throw new DatapinError('invalid-target', `${options.path} is not a regular file: devices, pipes and sockets cannot be tracked`);
    }
    const isexec = (stats.mode & 0o111) !== 0;
    const isLink = lstatIfThere(top)?.isSymbolicLink() === true;
    // An executable file needs a mode of its own, so it never becomes the object.
    const store = options.store && { ...options.store, hardlink: options.store.hardlink === true && !isexec };
    const files = await hashFiles([fileOf('', stats, isLink)], { ...options, store }, context);
    return { isDirectory: false, isexec, files };
  } catch (error) {
    throw ioError(error, `cannot read ${options.path}`);
  }
}

async function listFiles(
  options: HashOutputOptions & { readonly includes?: ((relpath: string) => boolean) | undefined },
  context: OperationContext,
): Promise<readonly PresentFile[]> {
  const pacer = createPacer(context.signal);
  const present: PresentFile[] = [];
  for (const { prefix, files } of walkDirectory(options)) {
    for (const { name, stats, isLink } of files) {
      if (options.includes?.(prefix + name) !== false) present.push(fileOf(prefix + name, stats, isLink));
    }
    if (pacer.due()) await pacer.rest();
  }
  return present;
}

type PresentFile = Omit<HashedFile, 'hash'>;

function fileOf(relpath: string, stats: Stats, isLink: boolean): PresentFile {
  return { relpath, identity: identityOf(stats), isLink, nlink: stats.nlink };
}

/** How many new records are kept before they are written. */
const recordBatch = 10_000;

async function hashFiles(present: readonly PresentFile[], options: HashOutputOptions, context: OperationContext): Promise<HashedFile[]> {
  const { algorithm, state, store } = options;
  const top = `${options.root}/${options.path}`;
  const known = state.below(top, algorithm);
  const pathOf = (file: PresentFile): string => (file.relpath === '' ? top : `${top}/${file.relpath}`);
  const hashed: HashedFile[] = [];
  const pending: PresentFile[] = [];
  for (const file of present) {
    const record = known.get(pathOf(file));
    const unchanged = record !== undefined && sameIdentity(record.identity, file.identity);
    if (unchanged && store?.cache.has({ algorithm, value: record.hash }) !== false) hashed.push({ ...file, hash: record.hash });
    else pending.push(file);
  }
  if (pending.length === 0) return hashed;

  const read = createReader(options, context);
  const progress = createProgress(pending, context);
  const pacer = createPacer(context.signal);
  const records: StateRecord[] = [];
  const remember = (): void => {
    state.put(records.splice(0));
  };
  try {
    for (const file of pending) {
      const path = pathOf(file);
      const found = await read(path, progress.onBytes);
      hashed.push({ ...file, hash: found.hash, identity: found.identity });
      if (isSettled(found.identity, found.readAtMs)) records.push({ path, algorithm, hash: found.hash, identity: found.identity });
      if (records.length >= recordBatch) remember();
      progress.onFile();
      if (pacer.due()) {
        progress.tell();
        await pacer.rest();
      }
    }
  } finally {
    // Also when it fails half-way: what was read need not be read again.
    remember();
  }
  progress.tell();
  return hashed;
}

type Reader = (path: string, onBytes: (bytes: number) => void) => FileHash | Promise<FileHash>;

function createReader(options: HashOutputOptions, { signal }: OperationContext): Reader {
  const { algorithm, store } = options;
  if (store === undefined) return (path, onBytes) => hashFile(path, { algorithm, signal, onBytes });
  const { cache, hardlink, expected } = store;
  return async (path, onBytes) => {
    const storing = { algorithm, signal, onBytes, hardlink, expected };
    const { id, identity, readAtMs } = cache.storeSmallFile(path, storing) ?? (await cache.storeFile(path, storing));
    return { hash: id.value, identity, readAtMs };
  };
}

/** Bytes between events. By bytes, because nothing may be added to the cost of a small file. */
const tellEvery = 4 * 1024 * 1024;

interface HashProgress {
  readonly onBytes: (bytes: number) => void;
  readonly onFile: () => void;
  readonly tell: () => void;
}

/** Progress through files that are read one after the other. A file that is read a second time counts once. */
function createProgress(files: readonly PresentFile[], { report }: OperationContext): HashProgress {
  let done = 0;
  /** Of the files that are done, and of the one at hand. */
  let bytes = 0;
  let read = 0;
  let told = 0;
  let totalBytes = 0;
  for (const { identity } of files) totalBytes += identity.size;
  const sizeAtHand = (): number => files[done]?.identity.size ?? 0;
  const tell = (): void => {
    told = bytes + read;
    report({ type: 'progress', work: 'hash', files: done, bytes: told, totalFiles: files.length, totalBytes });
  };
  tell();
  return {
    tell,
    onFile: () => {
      bytes += sizeAtHand();
      read = 0;
      done += 1;
    },
    onBytes: (more) => {
      read += more;
      if (read > sizeAtHand()) {
        read = more;
        told = Math.min(told, bytes);
      }
      if (bytes + read - told >= tellEvery) tell();
    },
  };
}
