/** Bytes in order. Node streams, web streams and async generators all are one. Chunks belong to the reader once yielded. */
export type ByteStream = AsyncIterable<Uint8Array>;

/** A part of an object, in bytes; `end` is excluded. `start < end <= size`. */
export type ByteRange = { readonly start: number; readonly end: number };

/**
 * Bytes of known length that can be opened again and again: re-opening makes retries possible, ranges make parts.
 * `open` yields exactly `size` bytes (or the range's), or throws.
 */
export interface ByteSource {
  readonly size: number;
  open(range?: ByteRange): ByteStream;
}

/** What a store tells about an object. `etag` and `version` are the store's own opaque words. */
export interface ObjectInfo {
  readonly key: string;
  readonly size: number;
  readonly etag?: string;
  readonly version?: string;
}

/** Every call may be aborted. An aborted call rejects with the signal's reason, soon, and leaves nothing behind. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface ReadOptions extends CallOptions {
  readonly range?: ByteRange;
  /** An older version of the object, in the store's own words; only on storages whose `traits.versions` is true. */
  readonly version?: string;
}

export interface WriteOptions extends CallOptions {
  /** MD5 of the whole object, lower-case hex. A store that can check it on arrival should. */
  readonly md5?: string;
  /**
   * For an object that is stored in steps (parts, chunks): one of them goes through here, and is repeated while it fails by what may pass, so that a large
   * object is not sent anew for it. How often is the caller's business. Without it a failed step fails the write.
   */
  readonly step?: WriteStep;
}

/** Runs a step, perhaps several times; rejects with its last failure, or once `signal` is aborted. */
export type WriteStep = <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** Numbers and guarantees. What a store can *do* is told by the methods it has. */
export interface StorageTraits {
  /** `read` honours `range` on the wire, so that a part costs a part. May turn out to be false when the store has answered. */
  readonly rangeReads: boolean;
  /** A reader never sees a half-written object, not even after a crash of the writer. */
  readonly atomicWrites: boolean;
  /** `stat` and `read` honour `version`, and `stat` reports it. */
  readonly versions: boolean;
  /** How many calls may sensibly be in flight at once. */
  readonly maxConnections: number;
  /** How many objects one page of `list` holds; for estimating what listing costs. */
  readonly listPageSize: number;
}

/**
 * One remote, opened. Keys are opaque text with `/` between segments, relative to the remote's URL; nobody normalises them.
 * All failures are {@link StorageError}s (or the abort reason). Nothing is retried here: whoever calls owns the retries.
 * Calls may run concurrently. After disposal, calls in flight may reject with `interrupted`.
 */
export interface Storage extends AsyncDisposable {
  readonly traits: StorageTraits;

  /** Size and identity of one object. Rejects with `not-found` when the store says that it is not there. */
  stat(key: string, options?: ReadOptions): Promise<ObjectInfo>;

  /**
   * Opens an object (or a range of it). Rejects with `not-found` when the store says that it is not there.
   * A body that ends early fails with `interrupted` while it is read; it never ends silently short.
   * Leaving the loop early releases the connection.
   */
  read(key: string, options?: ReadOptions): Promise<ByteStream>;

  /**
   * Stores an object whole, replacing one of the same key. When it resolves the object is complete and readable;
   * when it rejects nothing new is readable under the key. A source that yields more or fewer bytes than its `size`
   * fails with `invalid-request`, as do bytes that are not those of `md5` where the store checks them. An error that the source throws
   * is passed on (as it is or as `cause`). Parents are created as needed.
   */
  write?(key: string, source: ByteSource, options?: WriteOptions): Promise<void>;

  /** A barrier: once it resolves, what was written before survives a power cut. */
  sync?(options?: CallOptions): Promise<void>;

  /** Removes objects. Removing what is not there succeeds. */
  remove?(keys: readonly string[], options?: CallOptions): Promise<void>;

  /** All objects whose key starts with `prefix`, in pages, each key exactly once, in any order. A store that holds none yields no page or an empty one. */
  list?(prefix: string, options?: CallOptions): AsyncIterable<readonly ObjectInfo[]>;

  /**
   * Where the object of a key lies as a plain file on this machine, whether it is there or not. Only a storage whose objects are such
   * files has this; whoever calls may then read, hash, clone or copy the file itself, never change it. Throws `invalid-request` for a
   * key that cannot be a file.
   */
  pathOf?(key: string): string;
}
