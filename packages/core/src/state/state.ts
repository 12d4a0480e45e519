import type { FileIdentity } from '../hashing/file-identity.ts';
import type { HashAlgorithm } from '../hashing/object-id.ts';

/** A hash that was computed from a file's bytes while the file had this identity. */
export interface StateRecord {
  /** Absolute. */
  readonly path: string;
  readonly identity: FileIdentity;
  readonly algorithm: HashAlgorithm;
  /** 32 hex digits. */
  readonly hash: string;
}

/** What the state knows of a file. */
export interface KnownHash {
  readonly identity: FileIdentity;
  readonly hash: string;
}

/**
 * Memory of hashes, in `.dvc/tmp/datapin/state.db` (SQLite). Losing it costs time, never correctness. A record is only ever made from bytes.
 * Files changed so recently that a later change could leave the same identity are never remembered (git's "racy" rule).
 * Safe with several processes. A database that cannot be used (read-only, corrupt) is silently replaced or done without.
 * Nothing is opened before the first call.
 */
export interface State extends Disposable {
  /** The file's hash if it still has the identity it was hashed with. */
  get(path: string, identity: FileIdentity, algorithm: HashAlgorithm): string | undefined;
  /** All known hashes of a path and everything below it in one query, for walking many files. Keys are absolute paths. */
  below(folder: string, algorithm: HashAlgorithm): ReadonlyMap<string, KnownHash>;
  /**
   * Remembers; written in one transaction per call, so call it with many. A file that changed within the last 20 ms is waited for;
   * one on a file system with whole-second times that changed within the last 2 s is left out.
   */
  put(records: readonly StateRecord[]): void;
  /** Outputs that this tool placed: for removing data that is no longer an output (DVC's "unused links"). Path relative to the project root → token. */
  placed(): ReadonlyMap<string, string>;
  /** Records (token) or forgets (`undefined`) a placed output, by path relative to the project root. */
  setPlaced(entries: ReadonlyMap<string, string | undefined>): void;
}
