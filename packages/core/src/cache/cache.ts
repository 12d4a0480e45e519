import type { LinkType } from '../config/config.ts';
import type { DirectoryEntry } from '../formats/directory-object.ts';
import type { ObjectId } from '../hashing/object-id.ts';

/**
 * The local object store (`.dvc/cache` or `cache.dir`). An object in it is complete and its name equals its hash, or it is absent.
 * Objects have mode 0444, DVC's mark for "verified": one with another mode is hashed before it is believed, and removed when it does not match.
 * Every write is a temp file in the target's own folder, then a rename; leftovers of dead processes are cleaned up.
 */
export interface Cache {
  readonly dir: string;
  /** Absolute path of an object, whether it exists or not. */
  pathOf(id: ObjectId): string;
  /** Whether a complete object is there. Synchronous: one `lstat` for a protected object. */
  has(id: ObjectId): boolean;
  /** Size in bytes of an object that is there. */
  sizeOf(id: ObjectId): number | undefined;
  /** The files of a directory object that is there; `undefined` when it is not. Throws `invalid-directory-object`. */
  readDirectory(id: ObjectId): Promise<readonly DirectoryEntry[] | undefined>;
  /** Stores a directory object. Its files must be there already. Returns its id. */
  writeDirectory(
    entries: readonly DirectoryEntry[],
    algorithm: ObjectId['algorithm'],
  ): Promise<{ readonly id: ObjectId; readonly bytes: number }>;
  /**
   * Opens a place for bytes whose id is known and must be verified: write them, then `publish` (or `discard`).
   * `publish` rejects with `object-corrupt` when what was written does not hash to the id; nothing is left then.
   */
  receive(id: ObjectId, size: number | undefined): Promise<IncomingObject>;
}

/** Bytes on their way into the cache. Either `publish` or `discard` must be called. */
export interface IncomingObject {
  /** In order, from the start. */
  write(chunk: Uint8Array): Promise<void>;
  /** For ranged parallel downloads: writes at an offset; the hash is then computed when publishing. */
  writeAt(chunk: Uint8Array, offset: number): Promise<void>;
  /** Forgets what was written, for another try. */
  restart(): Promise<void>;
  publish(): Promise<void>;
  discard(): Promise<void>;
}

/** How a cache object was put in the work tree. */
export interface PlacedFile {
  readonly link: LinkType;
}
