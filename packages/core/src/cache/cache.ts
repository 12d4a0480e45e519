import type { DirectoryEntry, DirectoryListing } from '../formats/directory-object.ts';
import type { FileIdentity } from '../hashing/file-identity.ts';
import type { HashAlgorithm, ObjectId } from '../hashing/object-id.ts';

/**
 * The local object store (`.dvc/cache` or `cache.dir`). An object in it is complete and its name equals its hash, or it is absent.
 * Objects have mode 0444, DVC's mark for "verified": one with another mode is hashed before it is believed, and removed when it does not match.
 * Every write is a temp file, then a rename; leftovers of dead processes are cleaned up when the cache is next written to.
 * Failures of the disk are `disk-full`, `permission-denied`, `read-only` or `io-failed` and name the path.
 */
export interface Cache extends Disposable {
  readonly dir: string;
  /** Absolute path of an object, whether it exists or not. */
  pathOf(id: ObjectId): string;
  /** Whether a complete object is there. Synchronous: one `lstat` for a protected object. */
  has(id: ObjectId): boolean;
  /** Size in bytes of an object that is there. */
  sizeOf(id: ObjectId): number | undefined;
  /**
   * The files of a directory object that is there; `undefined` when it is not. Its bytes are checked each time: a damaged one is removed, and counts
   * as absent. Rejects with `invalid-directory-object`.
   */
  readDirectory(id: ObjectId): Promise<DirectoryListing | undefined>;
  /** Stores a directory object. Its files must be there already. Returns its id. */
  writeDirectory(entries: readonly DirectoryEntry[], algorithm: HashAlgorithm): Promise<{ readonly id: ObjectId; readonly bytes: number }>;
  /**
   * Stores bytes that are in memory under an id they must have: throws `object-corrupt` otherwise. For many small objects: no promise, no stream.
   * An object that is there already is left alone.
   */
  publishBytes(id: ObjectId, bytes: Uint8Array): void;
  /**
   * Stores a file of the work tree under the hash of its bytes: what is hashed is what is stored, also when the file changes meanwhile
   * (that is `changed-while-read`).
   */
  storeFile(path: string, options: StoreFileOptions): Promise<StoredFile>;
  /** {@link Cache.storeFile} without promises for a file up to 1 MiB; `undefined` for a larger one. Throws what `storeFile` rejects with. */
  storeSmallFile(path: string, options: StoreFileOptions): StoredFile | undefined;
  /**
   * Opens a place for bytes whose id is known and must be verified: write them, then `publish` (or `discard`).
   */
  receive(id: ObjectId, options: ReceiveOptions): Promise<IncomingObject>;
  /** Whether an object is there and its bytes hash to its id, whatever its mode says; one that does not match is removed. */
  verify(id: ObjectId, signal?: AbortSignal): Promise<boolean>;
  /** Whether this process has hashed the bytes of a large object (over 1 MiB) that it stored: reading them again would tell nothing new. */
  isProven(id: ObjectId): boolean;
  /** The bytes of a small object that this process has stored a moment ago, where they are still at hand: not to be read and hashed again. */
  recentBytes(id: ObjectId): Uint8Array | undefined;
  /** Whether bytes in memory are the object. */
  matches(id: ObjectId, bytes: Uint8Array): boolean;
  /** Removes an object if it is there. */
  remove(id: ObjectId): void;
}

export interface ReceiveOptions {
  /** A hint that reserves space and lets chunks be written at any offset. */
  readonly size: number | undefined;
  readonly twin?: Twin | undefined;
}

/** A second file that gets an object's bytes while they arrive. */
export interface Twin {
  /** Absolute; where no file is. */
  readonly path: string;
  /** Whether the file is there and has the bytes of the published object. Whoever receives sets it; where it stays false no file is left. */
  isComplete: boolean;
}

export interface StoreFileOptions {
  readonly algorithm: HashAlgorithm;
  readonly signal?: AbortSignal | undefined;
  /** Told how many bytes were read since the last call. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  /** What the file most likely is, because a metafile says so: when the cache has it, nothing is copied before the hash is known. */
  readonly expected?: ObjectId | undefined;
  /** The file may become the object itself (a hard link to it, write-protected), as `cache.type = hardlink` wants when it is linked back anyway. */
  readonly hardlink?: boolean | undefined;
}

/** A work tree file that is in the cache now. */
export interface StoredFile {
  readonly id: ObjectId;
  readonly identity: FileIdentity;
  /** When the reading began: see {@link FileHash}. */
  readonly readAtMs: number;
}

/** Bytes on their way into the cache. Either `publish` or `discard` must be called; `discard` after `publish` does nothing. */
export interface IncomingObject {
  /** In order, from the start. */
  write(chunk: Uint8Array): Promise<void>;
  /** For ranged parallel downloads: writes at an offset; what did not come in order is hashed when publishing. */
  writeAt(chunk: Uint8Array, offset: number): Promise<void>;
  /** Forgets what was written, for another try. */
  restart(): Promise<void>;
  /** Rejects with `object-corrupt` when what was written does not hash to the id; nothing is left then. */
  publish(): Promise<void>;
  discard(): Promise<void>;
}
