import { isStorageError, StorageError, type StorageErrorCode } from '@datapin/storage';

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html) in the terms of the contract. */
const reasons: Readonly<Record<number, readonly [code: StorageErrorCode, reason: string, hint?: string]>> = {
  3: ['forbidden', 'permission denied', 'Ask for write access to the file and its folder.'],
  5: ['unavailable', 'another program is writing to it'],
  6: ['unavailable', 'another program is writing to it'],
  8: ['forbidden', 'it is read-only', 'Ask for write access to the file and its folder.'],
  10: ['unavailable', 'the disk failed'],
  13: ['quota-exceeded', 'no space left on the disk', 'Free some space there.'],
  14: ['forbidden', 'it cannot be opened', 'Ask for access to the file and its folder.'],
  18: ['invalid-request', 'the object is too large for the database'],
  19: ['interrupted', 'the unfinished object was removed meanwhile'],
  23: ['forbidden', 'not allowed'],
  26: ['invalid-request', 'it is not an SQLite database', 'Name a file that does not exist yet.'],
};

/** An error of SQLite as a `StorageError` about the database at `path`. Anything else is given back as it is. */
export function classify(error: unknown, path: string): unknown {
  if (isStorageError(error) || !(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return error;
  // the higher bits say more than anybody has to know
  const [code, reason, hint] = reasons[error.errcode & 0xff] ?? ['unavailable', error.message];
  return new StorageError(code, `${path}: ${reason}`, { cause: error, ...(hint === undefined ? {} : { hint }) });
}
