import { spawnSync } from 'node:child_process';
import { closeSync, constants, existsSync, ftruncateSync, openSync, writeSync } from 'node:fs';

import { errnoOf } from '../io-error.ts';

/** An exclusive lock that is freed when the process dies. */
export interface FileLock {
  release(): void | Promise<void>;
}

/** util-linux or busybox; by absolute path, so that no program of the repository can take its place. */
const flockPrograms = ['/usr/bin/flock', '/bin/flock', '/usr/local/bin/flock', '/run/current-system/sw/bin/flock'];

/** `O_EXLOCK` of macOS and the BSDs: `open` takes the same lock as `flock` does (open(2)); Node passes it on though it has no name for it. */
const openExclusive = 0x20;

/**
 * Takes the lock that zc.lockfile takes for DVC: `flock(LOCK_EX | LOCK_NB)`, then ` <pid>` and a line feed as content. Node has no `flock`; on Linux the `flock`
 * program sets it on our own open file, and it stays when that program ends. `unavailable` where neither way exists. Throws `fs` errors as they are.
 */
export function tryLockFile(path: string): FileLock | 'busy' | 'unavailable' {
  const file = process.platform === 'darwin' ? openLocked(path) : lockByProgram(path);
  if (typeof file === 'string') return file;
  writeSync(file, ` ${process.pid}\n`, 0);
  ftruncateSync(file, ` ${process.pid}\n`.length);
  return {
    release: () => {
      closeSync(file);
    },
  };
}

function openLocked(path: string): number | 'busy' {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | openExclusive, 0o666);
  } catch (error) {
    if (errnoOf(error) === 'EAGAIN') return 'busy';
    throw error;
  }
}

function lockByProgram(path: string): number | 'busy' | 'unavailable' {
  const program = process.platform === 'linux' ? flockPrograms.find((candidate) => existsSync(candidate)) : undefined;
  if (program === undefined) return 'unavailable';
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o666);
  const { status } = spawnSync(program, ['-xn', '3'], { stdio: ['ignore', 'ignore', 'ignore', file], env: {} });
  if (status === 0) return file;
  closeSync(file);
  // 1 says that somebody else has it; anything else, that locks do not work here (some network file systems).
  return status === 1 ? 'busy' : 'unavailable';
}
