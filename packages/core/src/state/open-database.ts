import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

import { loadSqlite } from './load-sqlite.ts';

/** Goes into `PRAGMA user_version`; a database with another one is made anew. */
const schemaVersion = 1;
/** How long another process's transaction is waited for. Ours take some hundred milliseconds at most. */
const busyTimeoutMs = 5_000;

const tables = [
  `CREATE TABLE hash (
    path TEXT NOT NULL, algorithm INTEGER NOT NULL, hash TEXT NOT NULL,
    dev REAL NOT NULL, ino REAL NOT NULL, size REAL NOT NULL, mtime REAL NOT NULL, ctime REAL NOT NULL,
    PRIMARY KEY (path, algorithm)
  ) WITHOUT ROWID`,
  'CREATE TABLE placed (path TEXT PRIMARY KEY, token TEXT NOT NULL) WITHOUT ROWID',
];
const schema = `${tables.join(';')}; PRAGMA user_version = ${schemaVersion};`;

/**
 * Opens the state database, makes it when it is not there, and makes it anew when it is damaged or of another version. Where the folder cannot be
 * written it is opened for reading, and if that fails too an empty database in memory takes its place.
 */
export function openDatabase(file: string): DatabaseSync {
  try {
    mkdirSync(dirname(file), { recursive: true });
    return openWritable(file);
  } catch (error) {
    if (isDamaged(error) || error instanceof ForeignDatabase) {
      try {
        removeDatabase(file);
        return openWritable(file);
      } catch {
        // not ours to remove: go on without
      }
    }
  }
  return openReadOnly(file) ?? openInMemory();
}

function openWritable(file: string): DatabaseSync {
  const database = new (loadSqlite().DatabaseSync)(file);
  try {
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;`);
    if (versionOf(database) !== schemaVersion) migrate(database);
    if (!isOurs(database)) throw new ForeignDatabase();
    // Shows damage that opening alone does not: the first page of each table is read.
    database.exec('SELECT 1 FROM hash LIMIT 1; SELECT 1 FROM placed LIMIT 1;');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE');
  // Another process may have done it while we waited for the transaction.
  if (versionOf(database) !== schemaVersion) database.exec(`DROP TABLE IF EXISTS hash; DROP TABLE IF EXISTS placed; ${schema}`);
  database.exec('COMMIT');
}

function openReadOnly(file: string): DatabaseSync | undefined {
  try {
    const database = new (loadSqlite().DatabaseSync)(file, { readOnly: true });
    if (versionOf(database) === schemaVersion && isOurs(database)) return database;
    database.close();
  } catch {
    // no database, no rights, or damage: the caller does without
  }
  return undefined;
}

/** A database with our version number that holds something else: a clone may have put it there. */
class ForeignDatabase extends Error {}

/** Whether there is nothing but our tables: a view or trigger of somebody else's would run in our queries. */
function isOurs(database: DatabaseSync): boolean {
  const found = database.prepare('SELECT sql FROM sqlite_schema ORDER BY name').all();
  return found.length === tables.length && found.every((row, index) => row['sql'] === tables[index]);
}

function openInMemory(): DatabaseSync {
  const database = new (loadSqlite().DatabaseSync)(':memory:');
  database.exec(schema);
  return database;
}

function versionOf(database: DatabaseSync): unknown {
  return database.prepare('PRAGMA user_version').get()?.['user_version'];
}

const sqliteCorrupt = 11;
const sqliteNotADatabase = 26;

/** Whether an error says that the file is not a sound database. */
export function isDamaged(error: unknown): boolean {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')) return false;
  const primary = error.errcode & 0xff;
  return primary === sqliteCorrupt || primary === sqliteNotADatabase;
}

/** Removes a database with its journal. */
export function removeDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
}
