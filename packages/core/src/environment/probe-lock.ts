import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { tryLockFile } from '../locking/file-lock.ts';
import type { Project } from '../project/project.ts';

/** Whether DVC's own kind of lock works in the repository. Throws `fs` errors when `.dvc/tmp` cannot be written to. */
export async function probeLock(project: Project): Promise<boolean> {
  mkdirSync(project.tmpDir, { recursive: true });
  const path = join(project.tmpDir, `.datapin-probe-${randomUUID()}`);
  try {
    const lock = tryLockFile(path);
    if (typeof lock !== 'string') await lock.release();
    return lock !== 'unavailable';
  } finally {
    rmSync(path, { force: true });
  }
}
