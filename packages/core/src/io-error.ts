import { DatapinError, type ErrorCode } from './errors.ts';

const codes: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EACCES: 'permission-denied',
  EPERM: 'permission-denied',
  EROFS: 'read-only',
};

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files in the system',
  ENOENT: 'no such file or directory',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'too many symbolic links',
  EIO: 'the disk reports an input/output error',
  EBUSY: 'it is in use',
};

/** The errno name (`ENOENT`) of a failed system call; `undefined` for any other thrown value. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error ? error.code : undefined;
}

/**
 * Turns a failed system call into an error for the user: `action` says what was tried and names the path ("cannot write data/x.csv").
 * Anything that is not a failed system call, also a {@link DatapinError}, is returned as it is.
 */
export function ioError(error: unknown, action: string): unknown {
  const errno = trueErrno(error);
  if (errno === undefined || error instanceof DatapinError) return error;
  const code = codes[errno] ?? 'io-failed';
  const hint = code === 'disk-full' ? { hint: 'Free some space, then try again.' } : {};
  return new DatapinError(code, `${action}: ${reasons[errno] ?? errno}`, { cause: error, ...hint });
}

/** Node reports a recursive `mkdir` on a read-only file system as ENOENT, which it can have no other reason for. */
function trueErrno(error: unknown): string | undefined {
  const errno = errnoOf(error);
  return errno === 'ENOENT' && error instanceof Error && 'syscall' in error && error.syscall === 'mkdir' ? 'EROFS' : errno;
}
