import { closeSync, fchmodSync, openSync, renameSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { errnoOf, isAbsence } from './classify.ts';
import type { Folders } from './folders.ts';
import { temporaryName } from './temporary-files.ts';

/** Objects are read-only, also in a folder that serves as a remote: DVC trusts objects of exactly this mode. */
const objectMode = 0o444;

/** A file beside the object that it is going to be. Disposing of it removes it, unless it was published. */
export interface TemporaryObject extends Disposable {
  readonly path: string;
  /** Open for writing. */
  readonly file: number;
  /** Makes it the object, replacing one that is there. */
  publish(): void;
}

/** A new, empty temporary file for an object; the folder is made as needed. Throws the failed call's own error. */
export function createTemporaryObject(objectPath: string, folders: Folders): TemporaryObject {
  const folder = dirname(objectPath);
  const path = join(folder, temporaryName());
  const file = openNew(path, folder, folders);
  let [isOpen, isThere] = [true, true];
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    closeSync(file);
  };
  return {
    path,
    file,
    publish() {
      protect(file);
      close();
      renameSync(path, objectPath);
      isThere = false;
    },
    [Symbol.dispose]() {
      close();
      if (isThere) removeQuietly(path);
    },
  };
}

function openNew(path: string, folder: string, folders: Folders): number {
  folders.prepare(folder);
  try {
    return openSync(path, 'wx', objectMode);
  } catch (error) {
    if (!isAbsence(error)) throw error;
    // somebody tidied up empty folders since we looked
    folders.forget(folder);
    folders.prepare(folder);
    return openSync(path, 'wx', objectMode);
  }
}

/** The umask may have taken rights away. Some network shares know no modes, which is no reason to fail. */
function protect(file: number): void {
  try {
    fchmodSync(file, objectMode);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // it is in nobody's way, and the failure that led here matters more
  }
}
