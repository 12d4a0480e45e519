import { isStorageError, StorageError, type StorageErrorCode } from '@datapin/storage';

/** Only what the store itself calls missing is `not-found`; a failure that may pass by itself is `unavailable`, `timeout`, `interrupted` or `rate-limited`. */
const codes: Readonly<Record<string, StorageErrorCode>> = {
  EACCES: 'forbidden',
  EPERM: 'forbidden',
  EROFS: 'forbidden',
  ENOSPC: 'quota-exceeded',
  EDQUOT: 'quota-exceeded',
  ENAMETOOLONG: 'invalid-request',
  EISDIR: 'invalid-request',
};

/** The store's error as a `StorageError`. Errors of others (an aborted call, a source that fails) are given back as they are. */
export function classify(error: unknown): unknown {
  const errno = errnoOf(error);
  if (errno === undefined || isStorageError(error) || !(error instanceof Error)) return error;
  return new StorageError(codes[errno] ?? 'unavailable', error.message, { cause: error });
}

/** The name of a failed system call's error, like `ENOENT`. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : undefined;
}
