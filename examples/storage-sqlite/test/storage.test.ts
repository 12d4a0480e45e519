import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { OptionValue, Storage } from '@datapin/storage';
import { type FullStorage, listedKeys, openRemote, randomBytes, sourceOf } from '@datapin/storage-testkit';
import { expect, onTestFinished, test } from 'vitest';

import plugin from '../src/index.ts';

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'storage-sqlite-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'objects.db');
}

async function openDatabase(path: string, options: Readonly<Record<string, OptionValue>> = {}): Promise<Storage & FullStorage> {
  const storage = await openRemote(plugin, { url: `sqlite://${path}`, options });
  onTestFinished(() => storage[Symbol.asyncDispose]());
  return storage as Storage & FullStorage;
}

test('until the first write there is no file: the remote is empty, and reading says that it is not there', async () => {
  const path = newPath();
  const storage = await openDatabase(path);
  await expect(storage.stat('object')).rejects.toMatchObject({ code: 'not-found' });
  expect(await listedKeys(storage)).toEqual([]);
  await storage.remove(['object']);
  await storage.sync();
  await expect(storage.read('object')).rejects.toMatchObject({ code: 'unavailable', permanent: true });
  expect(existsSync(path)).toBe(false);
});

test('the database of another program is refused and stays as it is', async () => {
  const path = newPath();
  const other = new DatabaseSync(path);
  other.exec('CREATE TABLE contacts (name TEXT)');
  other.close();
  const before = readFileSync(path);
  const storage = await openDatabase(path);
  await expect(storage.write('object', sourceOf(randomBytes(10, 1)))).rejects.toMatchObject({
    code: 'invalid-request',
    message: `${path} is the database of another program`,
  });
  expect(readFileSync(path)).toEqual(before);
});

test('a file that is no database is refused and stays as it is', async () => {
  const path = newPath();
  writeFileSync(path, 'notes\n'.repeat(1000));
  const storage = await openDatabase(path);
  await expect(storage.stat('object')).rejects.toMatchObject({ code: 'invalid-request' });
  expect(readFileSync(path, 'utf8')).toBe('notes\n'.repeat(1000));
});

test('an object is kept in rows of 256 KiB', async () => {
  const path = newPath();
  const storage = await openDatabase(path);
  await storage.write('object', sourceOf(randomBytes(600_000, 1), { chunkSize: 70_000 }));
  const database = new DatabaseSync(path);
  const lengths = database.prepare('SELECT length(bytes) AS length FROM chunk ORDER BY position').all();
  database.close();
  expect(lengths.map((row) => row['length'])).toEqual([262_144, 262_144, 75_712]);
});

test('what a killed writer left is removed by a write a day later, not before', async () => {
  const path = newPath();
  const storage = await openDatabase(path);
  await storage.write('object', sourceOf(randomBytes(10, 1)));
  const database = new DatabaseSync(path);
  onTestFinished(() => database.close());
  for (const hours of [23, 25]) database.prepare('INSERT INTO object (size, begun) VALUES (1, ?)').run(Date.now() - hours * 3_600_000);
  await storage.write('another', sourceOf(randomBytes(10, 1)));
  expect(database.prepare('SELECT count(*) AS count FROM object WHERE key IS NULL').get()?.['count']).toBe(1);
  expect(await listedKeys(storage)).toEqual(['another', 'object']);
});

test('while another program writes, a call waits as long as `busy_timeout` says and then fails as one that may pass', async () => {
  const path = newPath();
  const storage = await openDatabase(path, { busy_timeout: 20 });
  await storage.write('object', sourceOf(randomBytes(10, 1)));
  const other = new DatabaseSync(path);
  onTestFinished(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  await expect(storage.write('another', sourceOf(randomBytes(10, 1)))).rejects.toMatchObject({ code: 'unavailable', permanent: false });
  await expect(storage.stat('object')).resolves.toMatchObject({ size: 10 });
  other.exec('ROLLBACK');
  await expect(storage.write('another', sourceOf(randomBytes(10, 1)))).resolves.toBeUndefined();
});

test.for(['sqlite://host/objects.db', 'sqlite://objects.db', 'sqlite:///srv/objects', 'sqlite:///'])(
  '%s names no database',
  async (url) => {
    await expect(openRemote(plugin, { url })).rejects.toMatchObject({ code: 'invalid-request' });
  },
);
