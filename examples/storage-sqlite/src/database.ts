import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { StorageError } from '@datapin/storage';

import { classify } from './classify.ts';

/** An object is cut into rows of this many bytes: memory stays bounded, and reading a part of an object costs a part. */
export const chunkSize = 262_144;

/** "dpin" in ASCII. Marks a database as ours (https://www.sqlite.org/pragma.html#pragma_application_id). */
const applicationId = 0x6470_696e;

// An object has no key until it is complete. AUTOINCREMENT: whoever still reads a replaced object can never meet the rows of another one.
const schema = `
  CREATE TABLE object (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT UNIQUE,
    size INTEGER NOT NULL,
    begun INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE chunk (
    object INTEGER NOT NULL REFERENCES object (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (object, position)
  ) STRICT;
  PRAGMA application_id = ${applicationId};
`;

export interface DatabaseOptions {
  /** Absolute path of the file. */
  readonly path: string;
  /** In milliseconds. */
  readonly busyTimeout: number;
}

/**
 * Opens the database, and makes it when there is no such file. Throws a `StorageError`: `invalid-request` for a file that is something else,
 * `forbidden` or `unavailable` when it cannot be opened.
 */
export function openDatabase({ path, busyTimeout }: DatabaseOptions): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    // a database may come from a stranger: what its schema says is not to be trusted
    database.exec(`PRAGMA busy_timeout = ${busyTimeout}; PRAGMA trusted_schema = OFF`);
    refuseOthers(database, path);
    // so a commit does not wait for the disk, only every 64 MiB do; `sync` makes up for it
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 16384');
    if (applicationOf(database) !== applicationId) createTables(database, path);
    return database;
  } catch (error) {
    database?.close();
    throw classify(error, path);
  }
}

/** Throws `unavailable` when the folder of the database is not there: a share that is not mounted must not look like lost data. */
export function requireFolder(path: string): void {
  if (existsSync(dirname(path))) return;
  throw new StorageError('unavailable', `the folder ${dirname(path)} does not exist`, { hint: 'Is it mounted?', permanent: true });
}

/** Runs statements as one: all of them happen, or none. The action must not wait for anything. */
export function transaction<Value>(database: DatabaseSync, action: () => Value): Value {
  database.exec('BEGIN IMMEDIATE');
  try {
    const value = action();
    database.exec('COMMIT');
    return value;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/** Throws when the database holds something, and that is not ours. */
function refuseOthers(database: DatabaseSync, path: string): void {
  if (applicationOf(database) === applicationId) return;
  if (database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.['count'] === 0) return;
  throw new StorageError('invalid-request', `${path} is the database of another program`, { hint: 'Name a file that does not exist yet.' });
}

function createTables(database: DatabaseSync, path: string): void {
  transaction(database, () => {
    // somebody may have been faster
    refuseOthers(database, path);
    if (applicationOf(database) !== applicationId) database.exec(schema);
  });
}

function applicationOf(database: DatabaseSync): unknown {
  return database.prepare('PRAGMA application_id').get()?.['application_id'];
}
