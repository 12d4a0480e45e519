import { parseRemoteUrl } from '@datapin/storage';
import { randomBytes, readAll, sourceOf } from '@datapin/storage-testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { type FakeDrive, startFakeDrive } from '../../../e2e/servers/google-drive/fake-drive.ts';
import { apiPlace } from '../src/api-place.ts';
import { gdriveAddress } from '../src/gdrive-address.ts';
import { openRemote, storageErrorOf } from './support/open-remote.ts';

let drive: FakeDrive;
beforeEach(async () => {
  drive = await startFakeDrive();
});
afterEach(() => drive[Symbol.asyncDispose]());

const bytes = randomBytes(300, 1);

test.each([
  ['gdrive://1AbC-d_E/x/y', { rootId: '1AbC-d_E', base: ['x', 'y'], space: 'drive' }],
  ['gdrive://root', { rootId: 'root', base: [], space: 'drive' }],
  ['gdrive://root//x//', { rootId: 'root', base: ['x'], space: 'drive' }],
  ['gdrive://appDataFolder/a b', { rootId: 'appDataFolder', base: ['a b'], space: 'appDataFolder' }],
])('%s names a folder by its id and others below it by their names', (url, address) => {
  expect(gdriveAddress(parseRemoteUrl(url))).toEqual(address);
});

test.each(['gdrive://', 'gdrive:///x', "gdrive://a'b/x"])('%s is no address', (url) => {
  expect(() => gdriveAddress(parseRemoteUrl(url))).toThrow(/folder/u);
});

test.each(['root', 'appDataFolder'])('%s is a place for objects', async (place) => {
  await using storage = await openRemote(drive, { url: `gdrive://${place}/data` });
  await storage.write('x', sourceOf(bytes));
  expect(Buffer.from(await readAll(await storage.read('x'))).equals(bytes)).toBe(true);
  expect(drive.store.tree(drive.store.get(place)?.id ?? '')).toEqual(['data/x']);
});

test('a shared drive is a place for objects, at its top and below', async () => {
  const id = drive.newSharedDrive('team');
  await using storage = await openRemote(drive, { url: `gdrive://${id}/data` });
  await storage.write('a/x', sourceOf(bytes));
  await storage.write('a/x', sourceOf(randomBytes(6 * 1024 * 1024, 1)));
  expect((await storage.stat('a/x')).size).toBe(6 * 1024 * 1024);
  const listed = [];
  for await (const page of storage.list('')) listed.push(...page);
  expect(listed.map(({ key }) => key)).toEqual(['a/x']);
  await storage.remove(['a/x']);
  expect(drive.store.tree(id)).toEqual([]);
});

test('a folder that the account may not see is the address’s fault, not a missing object', async () => {
  await using storage = await openRemote(drive, { url: 'gdrive://1nowhere/data' });
  expect(await storageErrorOf(storage.stat('x'))).toMatchObject({ code: 'invalid-request', hint: expect.stringContaining('client_email') });
});

test('a service account that fills My Drive is told what to do', async () => {
  await using poor = await startFakeDrive({ withoutQuota: true });
  await using storage = await openRemote(poor, { url: 'gdrive://root/data' });
  expect(await storageErrorOf(storage.write('x', sourceOf(bytes)))).toMatchObject({
    code: 'quota-exceeded',
    hint: expect.stringContaining('shared drive'),
  });
});

test('removing deletes for good, or moves to the trash where that is asked for', async () => {
  for (const trash of [false, true]) {
    await using storage = await openRemote(drive, { url: 'gdrive://root', options: { gdrive_trash_only: trash } });
    await storage.write('x', sourceOf(bytes));
    await storage.remove(['x']);
    expect([...drive.store.files.values()].filter(({ name }) => name === 'x').map(({ trashed }) => trashed)).toEqual(trash ? [true] : []);
  }
});

test('an account that may only use the trash is told how to', async () => {
  await using limited = await startFakeDrive({ mayNotDelete: true });
  await using storage = await openRemote(limited, { url: 'gdrive://root' });
  await storage.write('x', sourceOf(bytes));
  expect(await storageErrorOf(storage.remove(['x']))).toMatchObject({
    code: 'forbidden',
    hint: expect.stringContaining('gdrive_trash_only'),
  });
  await using careful = await openRemote(limited, { url: 'gdrive://root', options: { gdrive_trash_only: true } });
  await careful.remove(['x']);
  expect((await storageErrorOf(careful.stat('x'))).code).toBe('not-found');
});

test('what Google takes for malware is downloaded only where that is acknowledged', async () => {
  drive.store.create({ name: 'x', parents: [drive.store.rootId], content: Buffer.from(bytes), abusive: true });
  await using careful = await openRemote(drive, { url: 'gdrive://root' });
  expect(await storageErrorOf(careful.read('x'))).toMatchObject({
    code: 'forbidden',
    hint: expect.stringContaining('gdrive_acknowledge_abuse'),
  });
  await using bold = await openRemote(drive, { url: 'gdrive://root', options: { gdrive_acknowledge_abuse: true } });
  expect((await readAll(await bold.read('x'))).length).toBe(bytes.length);
});

test('a file that was downloaded too often is a matter of quota', async () => {
  const file = drive.store.create({ name: 'x', parents: [drive.store.rootId], content: Buffer.from(bytes) });
  drive.refusedDownloads.add(file.id);
  await using storage = await openRemote(drive, { url: 'gdrive://root' });
  expect((await storageErrorOf(storage.read('x'))).code).toBe('quota-exceeded');
});

test('the API is Google’s, or at the address that the environment gives', () => {
  const google = 'https://www.googleapis.com/upload/drive/v3/files?uploadType=multipart';
  expect(apiPlace(undefined).resolve(google).href).toBe(google);
  expect(apiPlace('https://gateway.example/google/').resolve(google).href).toBe(
    'https://gateway.example/google/upload/drive/v3/files?uploadType=multipart',
  );
});

test('a session that Google names at another host is not followed: the token stays at home', () => {
  expect(() => apiPlace(undefined).resolve('https://evil.example/upload?upload_id=1')).toThrow(/none of its hosts/u);
  expect(() => apiPlace('http://127.0.0.1:1').resolve('http://127.0.0.1:2/upload')).toThrow(/none of its hosts/u);
});

test('tokens go nowhere in the clear but to this machine', () => {
  expect(() => apiPlace('http://gateway.example')).toThrow(/https/u);
  expect(() => apiPlace('http://127.0.0.1:8080')).not.toThrow();
});
