import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';

import { type ByteRange, type ByteStream, StorageError } from '@datapin/storage';

import { chunkSize } from './database.ts';

export interface StoredObject {
  readonly id: number;
  readonly size: number;
}

/** The complete object of a key, `undefined` when there is none. */
export function findObject(database: DatabaseSync, key: string): StoredObject | undefined {
  const row = database.prepare('SELECT id, size FROM object WHERE key = ?').get(key);
  return row === undefined ? undefined : { id: Number(row['id']), size: Number(row['size']) };
}

export interface ObjectReading {
  readonly database: DatabaseSync;
  readonly object: StoredObject;
  readonly range: ByteRange;
  /** Throws when the reading has to end. */
  readonly check: () => void;
}

/** The bytes of an object, row by row. Fails with `interrupted` when the object is replaced or removed meanwhile. */
export async function* readObject({ database, object, range: { start, end }, check }: ObjectReading): ByteStream {
  // checked first: statements cannot be made on a database that was closed
  check();
  const select = database.prepare('SELECT substr(bytes, ?, ?) AS bytes FROM chunk WHERE object = ? AND position = ?');
  for (let at = start; at < end;) {
    const position = Math.floor(at / chunkSize);
    const within = at % chunkSize;
    const length = Math.min(chunkSize - within, end - at);
    const bytes = select.get(within + 1, length, object.id, position)?.['bytes'];
    if (!(bytes instanceof Uint8Array) || bytes.length !== length) {
      throw new StorageError('interrupted', 'the object was replaced while it was read');
    }
    yield bytes;
    at += length;
    // SQLite's calls are synchronous: between two of them everybody else gets a turn
    await setImmediate();
    check();
  }
}
