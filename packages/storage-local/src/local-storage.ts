import { existsSync, unlinkSync } from 'node:fs';

import { type CallOptions, type Storage, StorageError, type StorageTraits } from '@datapin/storage';

import { createBreather } from './breather.ts';
import { classify, errnoOf, isAbsence } from './classify.ts';
import { createDurability } from './durability.ts';
import { createFolders } from './folders.ts';
import { keyPath } from './key-path.ts';
import { listObjects } from './list-objects.ts';
import { readObject, statObject } from './read-object.ts';
import { writeObject } from './write-object.ts';

export interface LocalStorageOptions {
  /** Absolute, normalised path of the folder. It need not be there: it is made by the first write. */
  readonly base: string;
  /** Folders are made for the group, too. */
  readonly shared: boolean;
}

const traits: StorageTraits = { rangeReads: true, atomicWrites: true, versions: false, maxConnections: 8, listPageSize: 1000 };

/** Objects as files below a folder, named by their keys. */
export function localStorage({ base, shared }: LocalStorageOptions): Storage {
  const folders = createFolders(shared);
  const durability = createDurability(base);
  const breathe = createBreather();
  let closed = false;

  function checkFor({ signal }: CallOptions): () => void {
    return () => {
      signal?.throwIfAborted();
      if (closed) throw new StorageError('interrupted', `the remote ${base} was closed`);
    };
  }

  async function begin(options: CallOptions): Promise<() => void> {
    const check = checkFor(options);
    check();
    await breathe();
    check();
    return check;
  }

  function notFound(key: string): StorageError {
    return new StorageError('not-found', `${keyPath(base, key)} does not exist`);
  }

  /** Reading from a share that is not mounted must not look like lost data. */
  function notFoundOrNoFolder(key: string): StorageError {
    if (existsSync(base)) return notFound(key);
    return new StorageError('unavailable', `the folder ${base} does not exist`, { hint: 'Is it mounted?', permanent: true });
  }

  return {
    traits,
    pathOf: (key) => keyPath(base, key),
    async stat(key, options = {}) {
      await begin(options);
      return { key, size: statObject(keyPath(base, key), () => notFound(key)).size };
    },
    async read(key, options = {}) {
      const check = await begin(options);
      return readObject({ path: keyPath(base, key), range: options.range, check, absent: () => notFoundOrNoFolder(key) });
    },
    async write(key, source, options = {}) {
      const check = await begin(options);
      const path = keyPath(base, key);
      await writeObject({ path, source, md5: options.md5, folders, check });
      await durability.changed(path);
    },
    async sync(options = {}) {
      await durability.flush(await begin(options));
    },
    async remove(keys, options = {}) {
      const check = await begin(options);
      for (const key of keys) {
        check();
        await breathe();
        const path = keyPath(base, key);
        if (removeFile(path)) await durability.changed(path);
      }
    },
    async *list(prefix, options = {}) {
      const check = await begin(options);
      const pause = (): Promise<void> | undefined => {
        check();
        return breathe();
      };
      yield* listObjects({ base, prefix, pageSize: traits.listPageSize, pause });
    },
    async [Symbol.asyncDispose]() {
      closed = true;
    },
  };
}

/** Whether there was something to remove. A folder is no object and stays. */
function removeFile(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (isAbsence(error) || errnoOf(error) === 'EISDIR') return false;
    // a read-only disk is reported before a missing file is
    if (errnoOf(error) === 'EROFS' && !existsSync(path)) return false;
    throw classify(error, `cannot remove ${path}`);
  }
}
