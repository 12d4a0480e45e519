import { isStorageError, StorageError } from '@datapin/storage';

import type { DriveClient } from './drive-client.ts';
import { folderType } from './drive-query.ts';
import type { KnownFiles } from './known-files.ts';
import type { ObjectFinder } from './object-finder.ts';

export interface RemovalParts {
  readonly client: Pick<DriveClient, 'trash' | 'remove'>;
  readonly finder: ObjectFinder;
  readonly known: KnownFiles;
  /** `gdrive_trash_only`: DVC deletes for good unless it is set. */
  readonly trashOnly: boolean;
  readonly atOnce: number;
  readonly signal: AbortSignal;
}

/** Keys that are looked up together. */
const keysAtOnce = 200;

/** Removes all files of each key, its twins too: one of them left would be the object from then on. */
export async function removeObjects(keys: readonly string[], parts: RemovalParts): Promise<void> {
  const { finder, known, atOnce, signal } = parts;
  for (let start = 0; start < keys.length; start += keysAtOnce) {
    signal.throwIfAborted();
    const slice = keys.slice(start, start + keysAtOnce);
    const found = await Promise.all(
      slice.map(async (key) => {
        const remembered = known.get(key) ?? [];
        const files = [...remembered, ...(await finder.ask(key))].filter(({ mimeType }) => mimeType !== folderType);
        return [...new Set(files.map(({ id }) => id))].map((id) => ({ key, id }));
      }),
    );
    const queue = found.flat().values();
    const failures: unknown[] = [];
    const lane = async (): Promise<void> => {
      for (const { key, id } of queue) {
        if (failures.length > 0) return;
        await removeFile(key, id, parts).catch((error: unknown) => failures.push(error));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
    if (failures.length > 0) throw failures[0];
  }
}

async function removeFile(key: string, id: string, { client, known, trashOnly, signal }: RemovalParts): Promise<void> {
  try {
    await (trashOnly ? client.trash(id, signal) : client.remove(id, signal));
  } catch (error) {
    if (!isStorageError(error)) throw error;
    if (error.code === 'forbidden') {
      const what = trashOnly ? 'move the file to the trash' : 'delete the file for good';
      throw new StorageError('forbidden', `the account may not ${what}: ${key}`, {
        cause: error,
        ...(error.status === undefined ? {} : { status: error.status }),
        hint: trashOnly
          ? 'In a shared drive that takes a manager or a content manager.'
          : 'In a shared drive that takes a manager; a content manager may use the trash: gdrive_trash_only = true.',
      });
    }
    if (error.code !== 'not-found') throw error;
  }
  known.removed(key, id);
}
