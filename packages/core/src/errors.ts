/**
 * Stable codes of everything a user can run into. Scripts may rely on them; messages may change.
 * A failure of a store keeps the store's own reason as `cause` and is one of the `object-…`, `credentials-…` and `remote-…` codes.
 */
export type ErrorCode =
  // repository and targets
  | 'not-a-repository'
  | 'already-initialised'
  | 'no-git'
  | 'git-failed'
  | 'unknown-revision'
  | 'unknown-target'
  | 'target-outside'
  | 'target-overlaps'
  | 'target-tracked-by-git'
  | 'target-ignored'
  | 'target-missing'
  | 'invalid-target'
  | 'misplaced-dvcignore'
  // formats and settings
  | 'invalid-metafile'
  | 'invalid-directory-object'
  | 'invalid-config'
  | 'config-conflict'
  | 'unknown-remote'
  | 'no-remote'
  | 'remote-exists'
  | 'plugin-missing'
  | 'plugin-broken'
  | 'unsupported-scheme'
  | 'unsupported'
  | 'usage'
  // content
  | 'unsafe-path'
  | 'untrusted-data'
  | 'unsaved-changes'
  | 'changed-while-read'
  | 'cache-missing'
  | 'checkout-incomplete'
  | 'not-committed'
  | 'link-failed'
  // remotes
  | 'object-missing'
  | 'object-corrupt'
  | 'source-changed'
  | 'no-credentials'
  | 'credentials-refused'
  | 'credentials-moved'
  | 'remote-unavailable'
  | 'remote-full'
  | 'remote-refused'
  | 'transfer-incomplete'
  // machine
  | 'locked'
  | 'disk-full'
  | 'permission-denied'
  | 'read-only'
  | 'io-failed'
  | 'cancelled';

export interface DatapinErrorOptions {
  /** What to do about it: one or more plain sentences or a command. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** Single failures behind this one, in the order in which they matter. */
  readonly details?: readonly DatapinError[];
}

/** A failure the user can understand and act on. Anything else that is thrown is a programming error. Never holds a secret. */
export class DatapinError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: readonly DatapinError[];

  constructor(code: ErrorCode, message: string, options: DatapinErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DatapinError';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? [];
  }
}
