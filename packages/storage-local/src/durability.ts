import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

import { StorageError } from '@datapin/storage';

import { isAbsence } from './classify.ts';

/** So many files may wait for the barrier; then it is gone through early, to bound memory. */
const longestQueue = 50_000;
const atOnce = 16;

/** Remembers which files a power cut could still undo, and brings them to the disk. */
export interface Durability {
  /** A file was written or removed. */
  changed(path: string): Promise<void> | undefined;
  /** The barrier. `check` throws when it has to end. */
  flush(check: () => void): Promise<void>;
}

/** `base`: the folder of all files; its own entry is made durable too. */
export function createDurability(base: string): Durability {
  let files = new Set<string>();
  let folders = new Set<string>();

  async function flush(check: () => void): Promise<void> {
    const [pendingFiles, pendingFolders] = [files, folders];
    [files, folders] = [new Set(), new Set()];
    try {
      await syncAll(pendingFiles, check);
      // a name is durable when its folder is; Windows has no such thing and refuses to try
      if (process.platform !== 'win32') await syncAll(pendingFolders, check);
    } catch (error) {
      for (const path of pendingFiles) files.add(path);
      for (const path of pendingFolders) folders.add(path);
      throw error;
    }
  }

  return {
    changed(path) {
      files.add(path);
      for (let folder = dirname(path); !folders.has(folder); folder = dirname(folder)) {
        folders.add(folder);
        if (folder === base) folders.add(dirname(base));
        if (folder.length <= base.length) break;
      }
      return files.size < longestQueue ? undefined : flush(() => {});
    },
    flush,
  };
}

async function syncAll(paths: Iterable<string>, check: () => void): Promise<void> {
  const queue = paths[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let next = queue.next(); next.done !== true; next = queue.next()) {
        check();
        await syncPath(next.value);
      }
    }),
  );
}

/** What is gone needs no syncing. A failed fsync must not be tried again: the kernel may have dropped the bytes. */
async function syncPath(path: string): Promise<void> {
  try {
    const file = await open(path, process.platform === 'win32' ? 'r+' : 'r');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isAbsence(error)) return;
    throw new StorageError('unavailable', `cannot bring ${path} to the disk`, { cause: error, permanent: true });
  }
}
