import { createHash } from 'node:crypto';

import { isRetryable } from '@datapin/storage';
import { randomBytes, readAll, sourceOf, startFaultProxy } from '@datapin/storage-testkit';
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

const md5Of = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
const keyOf = (md5: string): string => `files/md5/${md5.slice(0, 2)}/${md5.slice(2)}`;
const requestsTo = (method: string): number =>
  [...drive.counts.byRoute].reduce((sum, [route, count]) => (route.startsWith(method) ? sum + count : sum), 0);

describe('a large object', () => {
  const bytes = randomBytes(20 * 1024 * 1024 + 77, 3);
  const md5 = md5Of(bytes);

  test('goes up in parts, and shows when it is whole', async () => {
    await using storage = await openRemote(drive, { url: `gdrive://${folder}` });
    await storage.write(keyOf(md5), sourceOf(bytes), { md5 });
    expect(requestsTo('PUT')).toBe(3);
    expect(Buffer.from(await readAll(await storage.read(keyOf(md5)))).equals(bytes)).toBe(true);
  });

  test('goes on where it broke off when it is tried again', async () => {
    await using proxy = await startFaultProxy(drive.url);
    await using storage = await openRemote(drive, {
      url: `gdrive://${folder}`,
      env: { ...drive.serviceAccountEnv(), DATAPIN_GDRIVE_ROOT_URL: proxy.url },
    });
    proxy.inject(
      { kind: 'reset' },
      { match: ({ method, headers }) => method === 'PUT' && String(headers['content-range']).startsWith('bytes 16777216-') },
    );
    expect(isRetryable(await storageErrorOf(storage.write(keyOf(md5), sourceOf(bytes), { md5 })))).toBe(true);
    const before = drive.counts.byRoute.get('POST /upload/drive/v3/files');
    await storage.write(keyOf(md5), sourceOf(bytes), { md5 });
    expect(drive.counts.byRoute.get('POST /upload/drive/v3/files')).toBe(before);
    const ranges = proxy.requests.filter(({ method }) => method === 'PUT').map(({ headers }) => headers['content-range']);
    expect(ranges.slice(-2)).toEqual([`bytes */${bytes.length}`, `bytes 16777216-${bytes.length - 1}/${bytes.length}`]);
  });

  test('whose last answer was lost is there, and is not sent again', async () => {
    await using proxy = await startFaultProxy(drive.url);
    await using storage = await openRemote(drive, {
      url: `gdrive://${folder}`,
      env: { ...drive.serviceAccountEnv(), DATAPIN_GDRIVE_ROOT_URL: proxy.url },
    });
    proxy.inject({ kind: 'cut', after: 0 }, { match: ({ headers }) => String(headers['content-range']).startsWith('bytes 16777216-') });
    expect(isRetryable(await storageErrorOf(storage.write(keyOf(md5), sourceOf(bytes), { md5 })))).toBe(true);
    await storage.write(keyOf(md5), sourceOf(bytes), { md5 });
    expect(drive.store.tree(folder)).toEqual([keyOf(md5)]);
    expect(proxy.requests.findLast(({ method }) => method === 'PUT')?.headers['content-range']).toBe(`bytes */${bytes.length}`);
  });

  test('leaves no upload open when it is given up', async () => {
    {
      await using storage = await openRemote(drive, { url: `gdrive://${folder}` });
      const controller = new AbortController();
      const before = (given: number): void => {
        if (given > 12_000_000) controller.abort(new Error('enough'));
      };
      const source = sourceOf(bytes, { before });
      await expect(storage.write(keyOf(md5), source, { md5, signal: controller.signal })).rejects.toThrow('enough');
    }
    expect(drive.openUploads()).toEqual([]);
    expect(drive.store.tree(folder)).toEqual([]);
  });

  test('that does not have its MD5 is stopped before the last part', async () => {
    await using storage = await openRemote(drive, { url: `gdrive://${folder}` });
    const error = await storageErrorOf(storage.write('x', sourceOf(bytes), { md5: md5Of(Buffer.from('other')) }));
    expect(error.code).toBe('invalid-request');
    expect(drive.store.tree(folder)).toEqual([]);
  });
});

describe('an object whose answer was lost', () => {
  const bytes = randomBytes(500, 1);
  const md5 = md5Of(bytes);

  test('is made once: the second try finds its id taken', async () => {
    await using proxy = await startFaultProxy(drive.url);
    await using storage = await openRemote(drive, {
      url: `gdrive://${folder}`,
      env: { ...drive.serviceAccountEnv(), DATAPIN_GDRIVE_ROOT_URL: proxy.url },
    });
    proxy.inject({ kind: 'cut', after: 0 }, { match: ({ method, target }) => method === 'POST' && target.startsWith('/upload/') });
    expect(isRetryable(await storageErrorOf(storage.write(keyOf(md5), sourceOf(bytes), { md5 })))).toBe(true);
    await storage.write(keyOf(md5), sourceOf(bytes), { md5 });
    expect(drive.store.tree(folder)).toEqual([keyOf(md5)]);
  });

  test('has its folders made once as well', async () => {
    await using proxy = await startFaultProxy(drive.url);
    await using storage = await openRemote(drive, {
      url: `gdrive://${folder}`,
      env: { ...drive.serviceAccountEnv(), DATAPIN_GDRIVE_ROOT_URL: proxy.url },
    });
    proxy.inject({ kind: 'cut', after: 0 }, { match: ({ method, target }) => method === 'POST' && target.startsWith('/drive/v3/files') });
    await storageErrorOf(storage.write(keyOf(md5), sourceOf(bytes), { md5 }));
    await storage.write(keyOf(md5), sourceOf(bytes), { md5 });
    const folders = [...drive.store.files.values()].filter(({ mimeType, name }) => mimeType === folderType && name === 'files');
    expect(folders).toHaveLength(1);
  });
});

test('bytes that arrive changed are removed, and the next try stores them right', async () => {
  const bytes = randomBytes(500, 1);
  const md5 = md5Of(bytes);
  await using proxy = await startFaultProxy(drive.url);
  await using storage = await openRemote(drive, {
    url: `gdrive://${folder}`,
    env: { ...drive.serviceAccountEnv(), DATAPIN_GDRIVE_ROOT_URL: proxy.url },
  });
  const wrong = {
    id: 'somewhere',
    name: md5.slice(2),
    mimeType: 'application/octet-stream',
    size: '500',
    md5Checksum: md5Of(Buffer.from('x')),
  };
  proxy.inject(
    { kind: 'body', body: JSON.stringify(wrong) },
    { match: ({ method, target }) => method === 'POST' && target.startsWith('/upload/') },
  );
  const error = await storageErrorOf(storage.write(keyOf(md5), sourceOf(bytes), { md5 }));
  expect(isRetryable(error)).toBe(true);
  expect(error.message).toContain('other bytes');
  await storage.write(keyOf(md5), sourceOf(bytes), { md5 });
  expect(Buffer.from(await readAll(await storage.read(keyOf(md5)))).equals(bytes)).toBe(true);
});

test('what is there already, named by its content, is not sent', async () => {
  const bytes = randomBytes(500, 1);
  const md5 = md5Of(bytes);
  await using first = await openRemote(drive, { url: `gdrive://${folder}` });
  await first.write(keyOf(md5), sourceOf(bytes), { md5 });
  drive.resetCounts();
  await using second = await openRemote(drive, { url: `gdrive://${folder}` });
  await second.write(keyOf(md5), sourceOf(bytes), { md5 });
  expect(requestsTo('POST') + requestsTo('PATCH')).toBe(0);
});

test('a folder that went away while it was used is made again when the write is repeated', async () => {
  await using storage = await openRemote(drive, { url: `gdrive://${folder}` });
  await storage.write('a/b/one', sourceOf(Buffer.from('1')));
  const gone = [...drive.store.files.values()].find(({ name }) => name === 'b');
  drive.store.delete(gone?.id ?? '');
  const error = await storageErrorOf(storage.write('a/b/two', sourceOf(Buffer.from('2'))));
  expect(isRetryable(error)).toBe(true);
  await storage.write('a/b/two', sourceOf(Buffer.from('2')));
  expect(drive.store.tree(folder)).toEqual(['a/b/two']);
});

test('a thousand objects in 256 folders are found by tens of questions', async () => {
  const root = drive.store.create({ name: 'files', mimeType: folderType, parents: [folder] }).id;
  const md5Folder = drive.store.create({ name: 'md5', mimeType: folderType, parents: [root] }).id;
  const folders = new Map<string, string>();
  const keys: string[] = [];
  for (let index = 0; index < 1000; index++) {
    const content = Buffer.from(`object ${index}`);
    const md5 = md5Of(content);
    const two = md5.slice(0, 2);
    const parent = folders.get(two) ?? drive.store.create({ name: two, mimeType: folderType, parents: [md5Folder] }).id;
    folders.set(two, parent);
    drive.store.create({ name: md5.slice(2), parents: [parent], content });
    keys.push(keyOf(md5));
  }
  await using storage = await openRemote(drive, { url: `gdrive://${folder}` });
  const queue = keys.values();
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      for (const key of queue) await readAll(await storage.read(key));
    }),
  );
  expect(drive.counts.byRoute.get('GET /drive/v3/files{id}') ?? 0).toBe(0);
  expect(drive.counts.byRoute.get('GET /drive/v3/files/{id} (media)')).toBe(1000);
  expect(drive.counts.byRoute.get('GET /drive/v3/files')).toBeLessThan(60);
});
