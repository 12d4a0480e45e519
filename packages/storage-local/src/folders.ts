import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

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
      const firstMade = mkdirSync(folder, { recursive: true });
      if (firstMade === undefined) removeLeftovers(folder);
      else if (shared) shareWithGroup(firstMade, folder);
      prepared.add(folder);
    },
    forget(folder) {
      prepared.delete(folder);
    },
  };
}

/** From the topmost folder that was made down to the one that was asked for. A file system without modes is not an error (DVC: likewise). */
function shareWithGroup(topmost: string, folder: string): void {
  for (let each = folder; each.length >= topmost.length; each = dirname(each)) {
    try {
      chmodSync(each, 0o2775);
    } catch {
      return;
    }
  }
}
