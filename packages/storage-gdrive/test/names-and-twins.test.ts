import { createHash } from 'node:crypto';

import { randomBytes, readAll, sourceOf } from '@datapin/storage-testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type FakeDrive, startFakeDrive } from '../../../e2e/servers/google-drive/fake-drive.ts';
import { folderType } from '../../../e2e/servers/google-drive/file-store.ts';
import { openRemote, storageErrorOf } from './support/open-remote.ts';

let drive: FakeDrive;
let folder: string;
beforeEach(async () => {
  drive = await startFakeDrive();
  folder = drive.newFolder('remote');
});
afterEach(() => drive[Symbol.asyncDispose]());

const bytes = randomBytes(1000, 1);
const md5 = createHash('md5').update(bytes).digest('hex');
const key = `files/md5/${md5.slice(0, 2)}/${md5.slice(2)}`;

/** Folders of a path below the remote, made by somebody else. */
function makeFolders(path: string, top = folder): string {
  return path.split('/').reduce((parent, name) => drive.store.create({ name, mimeType: folderType, parents: [parent] }).id, top);
}

test('objects lie where DVC looks for them: files/md5, a folder of two digits, the rest as the name', async () => {
  await using storage = await openRemote(drive, { url: `gdrive://${folder}/some/path` });
  await storage.write(key, sourceOf(bytes), { md5 });
  expect(drive.store.tree(folder)).toEqual([`some/path/${key}`]);
});

describe('files of the same name', () => {
  test('are one object: the one whose bytes the name promises', async () => {
    const parent = makeFolders(`files/md5/${md5.slice(0, 2)}`);
    drive.store.create({ name: md5.slice(2), parents: [parent], content: Buffer.from('damaged') });
    drive.store.create({ name: md5.slice(2), parents: [parent], content: Buffer.from(bytes) });
    await using storage = await openRemote(drive, { url: `gdrive://${folder}` });
    expect(Buffer.from(await readAll(await storage.read(key))).equals(bytes)).toBe(true);
    expect(await storage.stat(key)).toMatchObject({ size: bytes.length });
  });

  test('are one object: the oldest, where the name promises nothing', async () => {
    drive.store.create({ name: 'x', parents: [folder], content: Buffer.from('first') });
    await new Promise((resolve) => setTimeout(resolve, 5));
    drive.store.create({ name: 'x', parents: [folder], content: Buffer.from('second') });
    await using storage = await openRemote(drive, { url: `gdrive://${folder}` });
    expect(Buffer.from(await readAll(await storage.read('x'))).toString()).toBe('first');
  });

  test('are listed once and removed together', async () => {
    for (const text of ['one', 'two', 'three']) drive.store.create({ name: 'x', parents: [folder], content: Buffer.from(text) });
    await using storage = await openRemote(drive, { url: `gdrive://${folder}` });
    const listed = [];
    for await (const page of storage.list('')) listed.push(...page);
    expect(listed.map((object) => object.key)).toEqual(['x']);
    await storage.remove(['x']);
    expect(drive.store.tree(folder)).toEqual([]);
  });

  test('differ by the case of their letters, although Drive finds both', async () => {
    drive.store.create({ name: 'README', parents: [folder], content: Buffer.from('upper') });
    await using storage = await openRemote(drive, { url: `gdrive://${folder}` });
    expect((await storageErrorOf(storage.stat('readme'))).code).toBe('not-found');
  });
});

describe('folders of the same name', () => {
  test('are one folder to whoever reads', async () => {
    drive.store.create({ name: 'a', parents: [makeFolders('twin')], content: Buffer.from('1') });
    drive.store.create({ name: 'b', parents: [makeFolders('twin')], content: Buffer.from('2') });
    await using storage = await openRemote(drive, { url: `gdrive://${folder}` });
    expect((await storage.stat('twin/a')).size).toBe(1);
    expect((await storage.stat('twin/b')).size).toBe(1);
  });

  test('are written to by the least id, as DVC does', async () => {
    const ids = [makeFolders('twin'), makeFolders('twin')].sort();
    await using storage = await openRemote(drive, { url: `gdrive://${folder}` });
    await storage.write('twin/new', sourceOf(bytes));
    expect([...drive.store.files.values()].find(({ name }) => name === 'new')?.parents).toEqual([ids[0]]);
  });
});

test('what is in the trash is not there', async () => {
  drive.store.create({ name: 'x', parents: [folder], content: Buffer.from('1'), trashed: true });
  await using storage = await openRemote(drive, { url: `gdrive://${folder}` });
  expect((await storageErrorOf(storage.stat('x'))).code).toBe('not-found');
  for await (const page of storage.list('')) expect(page).toEqual([]);
});

test('a Google document is refused in plain words, and not listed', async () => {
  drive.store.create({ name: 'notes', mimeType: 'application/vnd.google-apps.document', parents: [folder] });
  await using storage = await openRemote(drive, { url: `gdrive://${folder}` });
  for (const action of [storage.stat('notes'), storage.read('notes')]) {
    expect(await storageErrorOf(action)).toMatchObject({ code: 'unsupported', message: expect.stringContaining('Google document') });
  }
  for await (const page of storage.list('')) expect(page).toEqual([]);
});

test('listings that lag hide neither what was written here nor show what was removed here', async () => {
  await using slow = await startFakeDrive({ listingLagMs: 60_000 });
  await using storage = await openRemote(slow, { url: `gdrive://${slow.store.rootId}` });
  await storage.write('kept', sourceOf(bytes));
  await storage.write('removed', sourceOf(bytes));
  await storage.remove(['removed']);
  const listed = [];
  for await (const page of storage.list('')) listed.push(...page);
  expect(listed.map((object) => object.key)).toEqual(['kept']);
});

test('what a listing does not show yet is asked for by its name', async () => {
  await using slow = await startFakeDrive({ listingLagMs: 60_000 });
  await using writer = await openRemote(slow, { url: 'gdrive://root' });
  await writer.write('a/object', sourceOf(bytes));
  await using reader = await openRemote(slow, { url: 'gdrive://root' });
  expect((await reader.stat('a/object')).size).toBe(bytes.length);
});
