import { chmodSync, lstatSync, renameSync, rmSync, statSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { ioError } from '../io-error.ts';
import type { TempFiles } from '../temp-files.ts';

/** `cache.shared = group`: what the group may edit (dvc-data `LocalHashFileDB._file_mode`). */
const sharedFileMode = 0o664;

/** Makes a work tree file that is a link to the cache an own, writable copy; a file that is none only becomes writable (DVC: `unprotect`). */
export async function unprotectFile(path: string, options: { readonly temps: TempFiles; readonly shared: boolean }): Promise<void> {
  const mode = options.shared ? sharedFileMode : 0o666 & ~process.umask();
  try {
    const stats = lstatSync(path);
    if (!stats.isSymbolicLink() && stats.nlink === 1) {
      chmodSync(path, mode);
      return;
    }
    const temp = options.temps.pathIn(dirname(path));
    try {
      await copyFile(path, temp);
      chmodSync(temp, mode | (statSync(path).mode & 0o100));
      renameSync(temp, path);
    } catch (error) {
      rmSync(temp, { force: true });
      throw error;
    }
  } catch (error) {
    throw ioError(error, `cannot unprotect ${path}`);
  }
}
