import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import { ioError } from '../io-error.ts';
import { throwIfCancelled } from '../pacing.ts';
import { cleanWorkspaceLeftovers } from '../workspace/workspace-temps.ts';
import { tryAnnounce } from './announcement.ts';
import { type FileLock, tryLockFile } from './file-lock.ts';
import { checkNotBusy } from './rwlock.ts';

/** What locking needs to know of a project; a `Project` fits. */
export interface LockableProject {
  readonly root: string;
  readonly tmpDir: string;
  readonly config: { readonly core: { readonly hardlinkLock: boolean } };
}

/** Held until disposed, or until the process dies. */
export interface RepositoryLock extends AsyncDisposable {
  /** Rejects with `locked` when a running DVC process (a pipeline's command) reads or writes one of these absolute paths. */
  checkNotBusy(paths: readonly string[]): Promise<void>;
}

/** DVC waits as long (`dvc/lock.py`, `DEFAULT_TIMEOUT`): six times half a second. */
const retries = 6;
const retryDelayMs = 500;

/**
 * Takes DVC's own lock on a repository, so that neither a DVC nor another datapin changes metafiles or cache meanwhile. Tells `lock-wait` when it must wait.
 * Rejects with `locked` after three seconds (never with `waitForLock`), and `unsupported` for `core.hardlink_lock`, whose protocol is another one.
 * What killed commands left in the work tree is removed.
 */
export async function lockRepository(project: LockableProject, context: OperationContext): Promise<RepositoryLock> {
  if (project.config.core.hardlinkLock) {
    throw new DatapinError('unsupported', '`core.hardlink_lock` is set: this kind of lock is not supported', {
      hint: 'Unset it: `datapin config --unset core.hardlink_lock`.',
    });
  }
  const lock = await waitForLock(project, context);
  cleanWorkspaceLeftovers(project.tmpDir);
  return {
    checkNotBusy: (paths) => checkNotBusy(project.tmpDir, paths),
    async [Symbol.asyncDispose]() {
      await lock.release();
    },
  };
}

/** Runs a piece of work with {@link lockRepository}'s lock held. */
export async function withRepositoryLock<T>(
  project: LockableProject,
  context: OperationContext,
  work: (lock: RepositoryLock) => Promise<T>,
): Promise<T> {
  await using lock = await lockRepository(project, context);
  return await work(lock);
}

async function waitForLock(project: LockableProject, context: OperationContext): Promise<FileLock> {
  const path = join(project.tmpDir, 'lock');
  try {
    mkdirSync(project.tmpDir, { recursive: true });
    for (let attempt = 0; ; attempt += 1) {
      throwIfCancelled(context.signal);
      const flock = tryLockFile(path);
      const lock = flock === 'unavailable' ? await tryAnnounce(project) : flock;
      if (lock !== 'busy') return lock;
      if (attempt === 0) context.report({ type: 'lock-wait', path });
      if (attempt === retries && context.waitForLock !== true) throw lockedError(path);
      await setTimeout(retryDelayMs, undefined, { signal: context.signal }).catch(() => undefined);
    }
  } catch (error) {
    throw ioError(error, `cannot lock ${path}`);
  }
}

function lockedError(path: string): DatapinError {
  return new DatapinError('locked', `another process is working on this repository: it holds ${path}`, {
    hint: 'Wait until it is done, or use --wait-for-lock.',
  });
}
