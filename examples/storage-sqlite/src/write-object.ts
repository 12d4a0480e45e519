import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';

import { type ByteSource, type ByteStream, StorageError } from '@datapin/storage';

import { chunkSize, transaction } from './database.ts';

/** What a killed process left unfinished is removed when it is older than this, in milliseconds: another process may be at work on it. */
const longestUpload = 24 * 60 * 60 * 1000;

export interface ObjectWriting {
  readonly database: DatabaseSync;
  readonly key: string;
  readonly source: ByteSource;
  readonly md5: string | undefined;
  /** Ids of the objects that are being written. */
  readonly unfinished: Set<number>;
  /** Throws when the writing has to end. */
  readonly check: () => void;
}

/** Writes rows that belong to no key, then gives them the key in one transaction. Nothing is left when it fails. */
export async function writeObject(writing: ObjectWriting): Promise<void> {
  const { database, key, source, md5, unfinished, check } = writing;
  const id = beginObject(database, source.size);
  unfinished.add(id);
  try {
    const insert = database.prepare('INSERT INTO chunk (object, position, bytes) VALUES (?, ?, ?)');
    const digest = createHash('md5');
    let size = 0;
    for await (const row of rowsOf(source.open())) {
      check();
      size += row.length;
      if (size > source.size) break;
      digest.update(row);
      insert.run(id, Math.floor((size - 1) / chunkSize), row);
      await setImmediate();
    }
    check();
    if (size !== source.size)
      throw new StorageError('invalid-request', `${key}: the source is not as long as the ${source.size} bytes it said`);
    if (md5 !== undefined && digest.digest('hex') !== md5)
      throw new StorageError('invalid-request', `${key}: the bytes do not have the MD5 ${md5}`);
    publishObject(database, id, key);
  } catch (error) {
    if (unfinished.has(id)) discardObject(database, id);
    throw error;
  } finally {
    unfinished.delete(id);
  }
}

/** Removes an object that was not finished. Never throws: there is an error already that matters more. */
export function discardObject(database: DatabaseSync, id: number): void {
  try {
    database.prepare('DELETE FROM object WHERE id = ? AND key IS NULL').run(id);
  } catch {
    // then it goes with what others left, a day later
  }
}

/** Removes what was left unfinished long ago. */
export function discardLeftovers(database: DatabaseSync): void {
  database.prepare('DELETE FROM object WHERE key IS NULL AND begun < ?').run(Date.now() - longestUpload);
}

function beginObject(database: DatabaseSync, size: number): number {
  return Number(database.prepare('INSERT INTO object (size, begun) VALUES (?, ?)').run(size, Date.now()).lastInsertRowid);
}

function publishObject(database: DatabaseSync, id: number, key: string): void {
  transaction(database, () => {
    database.prepare('DELETE FROM object WHERE key = ?').run(key);
    const { changes } = database.prepare('UPDATE object SET key = ? WHERE id = ?').run(key, id);
    if (changes !== 1) throw new StorageError('interrupted', `${key}: the unfinished object was removed meanwhile`);
  });
}

/** The same bytes in pieces of exactly `chunkSize`; the last may be shorter. */
async function* rowsOf(stream: ByteStream): ByteStream {
  let pieces: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    for (let at = 0; at < chunk.length;) {
      const piece = chunk.subarray(at, at + chunkSize - length);
      pieces.push(piece);
      at += piece.length;
      length += piece.length;
      if (length < chunkSize) continue;
      yield Buffer.concat(pieces);
      [pieces, length] = [[], 0];
    }
  }
  if (length > 0) yield Buffer.concat(pieces);
}
