/** What went wrong, in the store's own terms. The last four may pass by themselves and are worth a retry. */
export type StorageErrorCode =
  | 'not-found'
  | 'unauthenticated'
  | 'forbidden'
  | 'invalid-request'
  | 'unsupported'
  | 'quota-exceeded'
  | 'rate-limited'
  | 'unavailable'
  | 'timeout'
  | 'interrupted';

const retryableCodes: ReadonlySet<string> = new Set<StorageErrorCode>(['rate-limited', 'unavailable', 'timeout', 'interrupted']);

export interface StorageErrorOptions {
  readonly cause?: unknown;
  /** What the user can do about it, as one sentence. */
  readonly hint?: string;
  /** How long the store asked to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The HTTP status behind it, where there is one. */
  readonly status?: number;
  /** True when waiting will not help although the code says it may: a folder that nobody mounted is `unavailable` until somebody does. */
  readonly permanent?: boolean;
}

const brand = Symbol.for('datapin.StorageError');

/**
 * A failure of a store, classified. The message names the store's own reason and never holds a secret
 * (see `redact`). Recognised by {@link isStorageError}, not by `instanceof`: a plugin may bring its own copy of this package.
 */
export class StorageError extends Error {
  readonly code: StorageErrorCode;
  readonly hint: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly status: number | undefined;
  readonly permanent: boolean;

  constructor(code: StorageErrorCode, message: string, options: StorageErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StorageError';
    this.code = code;
    this.hint = options.hint;
    this.retryAfterMs = options.retryAfterMs;
    this.status = options.status;
    this.permanent = options.permanent ?? false;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Whether a value is a {@link StorageError}, also one made by another copy of this package. */
export function isStorageError(value: unknown): value is StorageError {
  return typeof value === 'object' && value !== null && brand in value;
}

/** Whether the same call may succeed later without anybody changing anything. */
export function isRetryable(error: unknown): boolean {
  return isStorageError(error) && retryableCodes.has(error.code) && !error.permanent;
}
