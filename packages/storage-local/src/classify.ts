import { isStorageError, StorageError, type StorageErrorCode } from '@datapin/storage';

/** The errno name of a failed system call, `undefined` for anything else. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Errnos that say that no such file is there. */
export function isAbsence(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENOENT' || errno === 'ENOTDIR';
}

const reasons: Readonly<Record<string, readonly [StorageErrorCode, reason: string, hint?: string]>> = {
  EACCES: ['forbidden', 'permission denied', 'Ask for access to the folder, or check its mode and owner.'],
  EPERM: ['forbidden', 'operation not permitted', 'Check the mode, owner and attributes of the folder.'],
  EROFS: ['forbidden', 'the file system is read-only', 'Mount it with write access.'],
  ENOSPC: ['quota-exceeded', 'no space left on the disk', 'Free some space there.'],
  EDQUOT: ['quota-exceeded', 'the disk quota is used up', 'Free some space there.'],
  EFBIG: ['invalid-request', 'the file is larger than the file system allows'],
  ENAMETOOLONG: ['invalid-request', 'the name is too long for the file system'],
  EINVAL: ['invalid-request', 'the file system does not allow the name'],
  EILSEQ: ['invalid-request', 'the file system does not allow the name'],
  EISDIR: ['invalid-request', 'a folder is in its place'],
  ENOTEMPTY: ['invalid-request', 'a folder is in its place'],
  ENOTDIR: ['invalid-request', 'a file is in the place of one of its folders'],
  EEXIST: ['invalid-request', 'a file is in the place of one of its folders'],
  ELOOP: ['invalid-request', 'too many symbolic links'],
  EMFILE: ['unavailable', 'too many open files'],
  ENFILE: ['unavailable', 'too many open files in the system'],
  EIO: ['unavailable', 'input/output error'],
  ESTALE: ['unavailable', 'the network share was changed or mounted anew'],
  ETIMEDOUT: ['timeout', 'the network share does not answer'],
};

/**
 * A failed system call on the remote as a `StorageError`; `action` says what was tried ("cannot write /mnt/data/ab/cd").
 * Anything else, a `StorageError` or a source's own error, is given back as it is.
 */
export function classify(error: unknown, action: string): unknown {
  const errno = errnoOf(error);
  if (errno === undefined || isStorageError(error)) return error;
  const [code, reason, hint] = reasons[errno] ?? ['unavailable', errno];
  return new StorageError(code, `${action}: ${reason}`, { cause: error, ...(hint === undefined ? {} : { hint }) });
}
