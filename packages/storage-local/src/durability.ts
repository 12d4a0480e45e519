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
  /** The barrier: files first, then the folders that hold their names. `check` throws when it has to end. */
  flush(check: () => void): Promise<void>;
}

/** `base` is the folder of all files; its own entry is made durable, too. `sync` brings one file or folder to the disk. */
export function createDurability(base: string, sync: (path: string) => Promise<void> = syncPath): Durability {
  let files = new Set<string>();
  let folders = new Set<string>();
  let failure: StorageError | undefined;

  async function bringToDisk(path: string): Promise<void> {
    try {
      await sync(path);
    } catch (error) {
      // what is gone needs no syncing
      if (isAbsence(error)) return;
      failure ??= new StorageError('unavailable', `cannot bring ${path} to the disk`, { cause: error, permanent: true });
      throw failure;
    }
  }

  async function flush(check: () => void): Promise<void> {
    // a second fsync would succeed although the kernel has dropped the bytes
    if (failure !== undefined) throw failure;
    const [pendingFiles, pendingFolders] = [files, folders];
    [files, folders] = [new Set(), new Set()];
    try {
      for (const paths of [pendingFiles, pendingFolders]) {
        await forEachAtOnce(paths, async (path) => {
          check();
          await bringToDisk(path);
        });
      }
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
        if (folder === dirname(base)) break;
      }
      return files.size < longestQueue ? undefined : flush(() => {});
    },
    flush,
  };
}

async function forEachAtOnce(paths: Iterable<string>, action: (path: string) => Promise<void>): Promise<void> {
  const queue = paths[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let next = queue.next(); next.done !== true; next = queue.next()) await action(next.value);
    }),
  );
}

async function syncPath(path: string): Promise<void> {
  const onWindows = process.platform === 'win32';
  const file = await open(path, onWindows ? 'r+' : 'r').catch((error: unknown) => {
    // Windows knows no syncing of folders, and none of read-only files, and refuses to open them for it
    if (onWindows && error instanceof Error && 'code' in error && (error.code === 'EPERM' || error.code === 'EISDIR')) return undefined;
    throw error;
  });
  try {
    await file?.sync();
  } finally {
    await file?.close();
  }
}
