import type { HashAlgorithm } from '../hashing/object-id.ts';

/** What tells one state of a file from another without reading it. Times in milliseconds with fractions, as `fs.Stats` has them. */
export interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

/** A hash that was computed from a file's bytes while the file had this identity. */
export interface StateRecord {
  /** Absolute. */
  readonly path: string;
  readonly identity: FileIdentity;
  readonly algorithm: HashAlgorithm;
  /** 32 hex digits. */
  readonly hash: string;
}

/**
 * Memory of hashes, in `.dvc/tmp/datapin/state.db` (SQLite). Losing it costs time, never correctness. A record is only ever made from bytes.
 * Files changed so recently that a later change could leave the same identity are never remembered (git's "racy" rule).
 * Safe with several processes. A database that cannot be used (read-only, corrupt) is silently replaced or done without.
 */
export interface State extends Disposable {
  /** The file's hash if it still has the identity it was hashed with. */
  get(path: string, identity: FileIdentity, algorithm: HashAlgorithm): string | undefined;
  /** All known hashes below a folder in one query, for walking many files. Keys are absolute paths. */
  below(folder: string, algorithm: HashAlgorithm): ReadonlyMap<string, { readonly identity: FileIdentity; readonly hash: string }>;
  /** Remembers; written in one transaction per call. */
  put(records: readonly StateRecord[]): void;
  /** Files and folders that this tool or DVC placed: for removing data that is no longer an output (DVC's "unused links"). */
  placed(): ReadonlyMap<string, string>;
  /** Records (token) or forgets (`undefined`) a placed output, by path relative to the project root. */
  setPlaced(entries: ReadonlyMap<string, string | undefined>): void;
}
