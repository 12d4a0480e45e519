import { realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { DatapinError } from '../errors.ts';

/**
 * The project a folder is in: itself or the nearest parent that has a `.dvc` folder, symlinks resolved.
 * The search ends at the mount point, as DVC's does (`Repo.find_root`). Throws `not-a-repository`.
 */
export function findProjectRoot(cwd: string): string {
  let folder: string;
  try {
    folder = realpathSync(cwd);
  } catch (cause) {
    throw new DatapinError('not-a-repository', `directory '${cwd}' does not exist`, { cause });
  }
  for (;;) {
    if (isDirectory(join(folder, '.dvc'))) return folder;
    const parent = dirname(folder);
    if (parent === folder || isMountPoint(folder, parent)) break;
    folder = parent;
  }
  throw new DatapinError('not-a-repository', `'${cwd}' is not inside of a DVC repository (checked up to mount point '${folder}')`, {
    hint: 'Change into a repository, or make this folder one with `datapin init`.',
  });
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}

function isMountPoint(folder: string, parent: string): boolean {
  return statSync(folder).dev !== statSync(parent).dev;
}
