import { isStorageError, StorageError, type StorageErrorCode } from '@datapin/storage';

import { StoreFailure } from './store.ts';

/** Only what the store itself calls missing is `not-found`: datapin tells its user that data is lost when it hears that word. */
const codeOfStatus: Readonly<Record<number, StorageErrorCode>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  408: 'timeout',
  413: 'quota-exceeded',
  429: 'rate-limited',
  507: 'quota-exceeded',
};

/** Failures of a connection; all of them may pass by themselves. */
const codeOfErrno: Readonly<Record<string, StorageErrorCode>> = {
  ECONNREFUSED: 'unavailable',
  ECONNRESET: 'interrupted',
  ENOTFOUND: 'unavailable',
  ETIMEDOUT: 'timeout',
};

/**
 * The store's failure as a `StorageError`; `what` says what was tried. Failures of others (an aborted call, a source that cannot be read)
 * are given back as they are. Never put a secret into a message, nor an error that holds one into `cause`.
 */
export function classify(error: unknown, what: string): unknown {
  if (isStorageError(error)) return error;
  if (error instanceof StoreFailure) {
    const code = codeOfStatus[error.status] ?? (error.status >= 500 ? 'unavailable' : 'invalid-request');
    return new StorageError(code, `${what}: ${error.message}`, { cause: error, status: error.status });
  }
  const errno = error instanceof Error && 'code' in error ? codeOfErrno[String(error.code)] : undefined;
  return error instanceof Error && errno !== undefined ? new StorageError(errno, `${what}: ${error.message}`, { cause: error }) : error;
}
