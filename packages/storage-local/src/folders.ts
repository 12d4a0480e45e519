import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

import { errnoOf } from './classify.ts';
import { removeLeftovers } from './temporary-files.ts';

/** The folders that objects are written to. */
export interface Folders {
  /** Called before the first write to a folder: makes it with its parents, and removes what killed writers left in it. */
  prepare(folder: string): void;
  /** Called when a folder turned out to be gone. */
  forget(folder: string): void;
}

/** `shared`: new folders get mode 2775, as DVC gives them with `shared = group`. */
export function createFolders(shared: boolean): Folders {
  const prepared = new Set<string>();
  return {
    prepare(folder) {
      if (prepared.has(folder)) return;
      const made = makeFolders(folder);
      if (made.length === 0) removeLeftovers(folder);
      if (shared) for (const each of made) shareWithGroup(each);
      prepared.add(folder);
    },
    forget(folder) {
      prepared.delete(folder);
    },
  };
}

/**
 * Makes a folder and its parents; gives back those that were not there. Not `mkdirSync` with `recursive`: that reports a read-only disk as
 * a missing folder.
 */
function makeFolders(folder: string): readonly string[] {
  try {
    mkdirSync(folder);
    return [folder];
  } catch (error) {
    if (errnoOf(error) === 'EEXIST' && statSync(folder).isDirectory()) return [];
    if (errnoOf(error) !== 'ENOENT' || dirname(folder) === folder) throw error;
    return [...makeFolders(dirname(folder)), ...makeFolders(folder)];
  }
}

/** A file system without modes is not an error (DVC: likewise). */
function shareWithGroup(folder: string): void {
  try {
    chmodSync(folder, 0o2775);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}
