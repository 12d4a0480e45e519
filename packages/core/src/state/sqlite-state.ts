import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { sameIdentity } from '../hashing/file-identity.ts';
import type { HashAlgorithm } from '../hashing/object-id.ts';
import { isDamaged, openDatabase, removeDatabase } from './open-database.ts';
import { rememberable } from './rememberable.ts';
import type { KnownHash, State } from './state.ts';

const algorithmNumber: Readonly<Record<HashAlgorithm, number>> = { md5: 0, 'md5-dos2unix': 1 };
const columns = 'path, hash, dev, ino, size, mtime, ctime';

/** The state of a project; `tmpDir` is its `.dvc/tmp`. See {@link State} for what it promises. */
export function openState(tmpDir: string): State {
  const connection = lazyConnection(join(tmpDir, 'datapin', 'state.db'));

  return {
    get: (path, identity, algorithm) =>
      connection.attempt((prepare) => {
        const row = prepare(`SELECT ${columns} FROM hash WHERE path = ? AND algorithm = ?`).get(path, algorithmNumber[algorithm]);
        if (row === undefined) return undefined;
        const known = knownHash(Object.values(row));
        return sameIdentity(known.identity, identity) ? known.hash : undefined;
      }),

    below: (folder, algorithm) =>
      connection.attempt((prepare) => {
        const statement = prepare(
          `SELECT ${columns} FROM hash WHERE algorithm = ? AND path = ?
           UNION ALL SELECT ${columns} FROM hash WHERE algorithm = ? AND path > ? AND path < ?`,
        );
        // '0' follows '/' in the order of bytes, so the range holds exactly what starts with `folder/`.
        const number = algorithmNumber[algorithm];
        const rows = rowsAsArrays(statement, [number, folder, number, `${folder}/`, `${folder}0`]);
        const found = new Map<string, KnownHash>();
        for (const row of rows) found.set(String(row[0]), knownHash(row));
        return found;
      }) ?? new Map<string, KnownHash>(),

    put(records) {
      const lasting = rememberable(records);
      if (lasting.length === 0) return;
      connection.transaction((prepare) => {
        const insert = prepare(`INSERT OR REPLACE INTO hash (${columns}, algorithm) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
        for (const { path, identity, algorithm, hash } of lasting) {
          const { dev, ino, size, mtimeMs, ctimeMs } = identity;
          insert.run(path, hash, dev, ino, size, mtimeMs, ctimeMs, algorithmNumber[algorithm]);
        }
      });
    },

    placed() {
      const rows = connection.attempt((prepare) => prepare('SELECT path, token FROM placed').all()) ?? [];
      return new Map(rows.map((row) => [String(row['path']), String(row['token'])]));
    },

    setPlaced(entries) {
      if (entries.size === 0) return;
      connection.transaction((prepare) => {
        const set = prepare('INSERT OR REPLACE INTO placed (path, token) VALUES (?, ?)');
        const forget = prepare('DELETE FROM placed WHERE path = ?');
        for (const [path, token] of entries) {
          if (token === undefined) forget.run(path);
          else set.run(path, token);
        }
      });
    },

    [Symbol.dispose]: () => {
      connection.close();
    },
  };
}

function knownHash(row: readonly unknown[]): KnownHash {
  return {
    hash: String(row[1]),
    identity: { dev: Number(row[2]), ino: Number(row[3]), size: Number(row[4]), mtimeMs: Number(row[5]), ctimeMs: Number(row[6]) },
  };
}

/** Rows without an object for each, where the Node at hand can do that (not 22.13); twice as fast for many rows. */
function rowsAsArrays(statement: StatementSync, parameters: readonly (string | number)[]): (readonly unknown[])[] {
  if ('setReturnArrays' in statement && typeof statement.setReturnArrays === 'function') statement.setReturnArrays(true);
  return statement.all(...parameters).map((row) => (Array.isArray(row) ? row : Object.values(row)));
}

type Prepare = (sql: string) => StatementSync;

/** A connection that opens itself when used, and never fails: what cannot be done is not done, a damaged database is made anew. */
interface LazyConnection {
  attempt<T>(work: (prepare: Prepare) => T): T | undefined;
  transaction(work: (prepare: Prepare) => void): void;
  close(): void;
}

function lazyConnection(file: string): LazyConnection {
  let database: DatabaseSync | undefined;
  const statements = new Map<string, StatementSync>();
  const opened = (): DatabaseSync => (database ??= openDatabase(file));
  const prepare: Prepare = (sql) => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = opened().prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  const close = (): void => {
    statements.clear();
    database?.close();
    database = undefined;
  };
  const attempt: LazyConnection['attempt'] = (work) => {
    try {
      return work(prepare);
    } catch (error) {
      if (isDamaged(error)) {
        close();
        removeDatabase(file);
      }
      return undefined;
    }
  };
  const transaction: LazyConnection['transaction'] = (work) => {
    attempt(() => {
      const connection = opened();
      connection.exec('BEGIN IMMEDIATE');
      try {
        work(prepare);
        connection.exec('COMMIT');
      } catch (error) {
        connection.exec('ROLLBACK');
        throw error;
      }
    });
  };
  return { attempt, transaction, close };
}
