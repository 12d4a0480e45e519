import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';

import { type ByteStream, type CallOptions, type ObjectInfo, type Storage, StorageError, type StorageTraits } from '@datapin/storage';

import { classify } from './classify.ts';
import { type DatabaseOptions, openDatabase, requireFolder, transaction } from './database.ts';
import { findObject, readObject } from './read-object.ts';
import { discardLeftovers, discardObject, writeObject } from './write-object.ts';

const traits: StorageTraits = { rangeReads: true, atomicWrites: true, versions: false, maxConnections: 4, listPageSize: 1000 };

export interface SqliteOptions extends DatabaseOptions {
  /** What all keys are put below; without `/` at its ends. Empty for the whole database. */
  readonly prefix: string;
}

/** A remote in an SQLite database. The file is made by the first write; until then the remote is empty. */
export function sqliteStorage(options: SqliteOptions): Storage {
  const { path, prefix } = options;
  const root = prefix === '' ? '' : `${prefix}/`;
  const unfinished = new Set<number>();
  let database: DatabaseSync | undefined;
  let closed = false;

  function checkFor({ signal }: CallOptions): () => void {
    return () => {
      signal?.throwIfAborted();
      if (closed) throw new StorageError('interrupted', `${path} was closed`);
    };
  }

  /** What every call begins with. Everybody else gets a turn, as SQLite's calls are synchronous. */
  async function begin(call: CallOptions): Promise<() => void> {
    const check = checkFor(call);
    check();
    await setImmediate();
    check();
    requireFolder(path);
    if (database === undefined && existsSync(path)) database = openDatabase(options);
    return check;
  }

  function make(): DatabaseSync {
    database ??= openDatabase(options);
    discardLeftovers(database);
    return database;
  }

  return {
    traits,

    stat: (key, call = {}) =>
      classified(path, async () => {
        await begin(call);
        const object = database === undefined ? undefined : findObject(database, root + key);
        if (object === undefined) throw notFound(path, key);
        return { key, size: object.size };
      }),

    read: (key, call = {}) =>
      classified(path, async () => {
        const check = await begin(call);
        if (database === undefined) {
          throw new StorageError('unavailable', `there is no database ${path}`, { hint: 'The first push makes it.', permanent: true });
        }
        const object = findObject(database, root + key);
        if (object === undefined) throw notFound(path, key);
        const range = call.range ?? { start: 0, end: object.size };
        if (range.end > object.size) throw new StorageError('invalid-request', `${key} has no bytes beyond ${object.size}`);
        return classifiedStream(path, readObject({ database, object, range, check }));
      }),

    write: (key, source, call = {}) =>
      classified(path, async () => {
        const check = await begin(call);
        if (!key.isWellFormed() || key.includes('\0')) {
          throw new StorageError('invalid-request', `${JSON.stringify(key)} is no text to SQLite`);
        }
        await writeObject({ database: make(), key: root + key, source, md5: call.md5, unfinished, check });
      }),

    sync: (call = {}) =>
      classified(path, async () => {
        await begin(call);
        const busy = database?.prepare('PRAGMA wal_checkpoint(FULL)').get()?.['busy'] ?? 0;
        if (busy !== 0) throw new StorageError('unavailable', `${path}: another program is writing to it`);
      }),

    remove: (keys, call = {}) =>
      classified(path, async () => {
        const check = await begin(call);
        if (database === undefined) return;
        const remove = database.prepare('DELETE FROM object WHERE key = ?');
        transaction(database, () => {
          for (const key of keys) {
            check();
            remove.run(root + key);
          }
        });
      }),

    async *list(keyPrefix, call = {}) {
      let last: string | undefined;
      do {
        const page = await classified(path, async () => {
          await begin(call);
          return database === undefined ? [] : listPage(database, root + keyPrefix, last);
        });
        if (page.length > 0) yield page.map(({ key, size }) => ({ key: key.slice(root.length), size }));
        last = page.length === traits.listPageSize ? page.at(-1)?.key : undefined;
      } while (last !== undefined);
    },

    async [Symbol.asyncDispose]() {
      closed = true;
      for (const id of unfinished) if (database !== undefined) discardObject(database, id);
      unfinished.clear();
      database?.close();
      database = undefined;
    },
  };
}

/** Up to a page of the objects whose key starts with a prefix, in the order of their keys, after `last`. */
function listPage(database: DatabaseSync, prefix: string, last: string | undefined): readonly ObjectInfo[] {
  return database
    .prepare('SELECT key, size FROM object WHERE key >= ? AND key IS NOT ? ORDER BY key LIMIT ?')
    .all(last ?? prefix, last ?? null, traits.listPageSize)
    .map((row) => ({ key: String(row['key']), size: Number(row['size']) }))
    .filter(({ key }) => key.startsWith(prefix));
}

function notFound(path: string, key: string): StorageError {
  return new StorageError('not-found', `${path} holds no object ${key}`);
}

async function classified<Value>(path: string, action: () => Promise<Value>): Promise<Value> {
  try {
    return await action();
  } catch (error) {
    throw classify(error, path);
  }
}

async function* classifiedStream(path: string, stream: ByteStream): ByteStream {
  try {
    yield* stream;
  } catch (error) {
    throw classify(error, path);
  }
}
