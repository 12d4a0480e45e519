import { gzipSync } from 'node:zlib';

import { describe, expect, test } from 'vitest';

import { type HttpStore, startHttpStore } from '../../../e2e/servers/http-store.ts';
import { openRemote, storageErrorOf } from './support/open-remote.ts';
import { startScriptedServer } from './support/scripted-server.ts';

const methodsOf = (server: Pick<HttpStore, 'requests'>): readonly string[] => server.requests.map(({ method }) => method);

test('an object is asked for by HEAD', async () => {
  await using store = await startHttpStore();
  store.objects.set('/p/key', Buffer.alloc(17));
  expect(await (await openRemote({ url: `${store.origin}/p` })).stat('key')).toMatchObject({ key: 'key', size: 17 });
  expect(methodsOf(store)).toEqual(['HEAD']);
});

test.each([
  [{ etag: '"abc"' }, '"abc"'],
  [{ etag: 'W/"abc"' }, 'W/"abc"'],
  [{ 'content-md5': 'CY9rzUYh03PK3k6DJie09g==' }, 'CY9rzUYh03PK3k6DJie09g=='],
  [{ etag: '"abc"', 'content-md5': 'CY9rzUYh03PK3k6DJie09g==' }, '"abc"'],
])('of %j the checksum is %s, as DVC records it', async (headers, etag) => {
  await using server = await startScriptedServer(() => ({ headers }));
  expect(await (await openRemote({ url: server.origin })).stat('key')).toMatchObject({ etag });
});

describe.each([400, 403, 404, 405, 501])('a server that answers HEAD by %i', (refuseHead) => {
  test('is asked for the first byte instead, and by HEAD no more', async () => {
    await using store = await startHttpStore({ refuseHead });
    store.objects.set('/key', Buffer.alloc(17));
    const storage = await openRemote({ url: store.origin });
    expect(await storage.stat('key')).toMatchObject({ size: 17 });
    expect(await storage.stat('key')).toMatchObject({ size: 17 });
    expect(methodsOf(store)).toEqual(['HEAD', 'GET', 'GET']);
  });

  test('and has no such object says so', async () => {
    await using store = await startHttpStore({ refuseHead });
    expect(await storageErrorOf((await openRemote({ url: store.origin })).stat('key'))).toMatchObject({ code: 'not-found' });
  });

  test('tells the size of an empty object', async () => {
    await using store = await startHttpStore({ refuseHead });
    store.objects.set('/key', Buffer.alloc(0));
    expect(await (await openRemote({ url: store.origin })).stat('key')).toMatchObject({ size: 0 });
  });

  test('is understood when it ignores ranges as well', async () => {
    await using store = await startHttpStore({ refuseHead, ignoreRanges: true });
    store.objects.set('/key', Buffer.alloc(1_000_000));
    expect(await (await openRemote({ url: store.origin })).stat('key')).toMatchObject({ size: 1_000_000 });
  });
});

test('a first 404 to HEAD is looked into, further ones are believed', async () => {
  await using store = await startHttpStore();
  const storage = await openRemote({ url: store.origin });
  for (const key of ['a', 'b', 'c']) expect(await storageErrorOf(storage.stat(key))).toMatchObject({ code: 'not-found' });
  expect(methodsOf(store)).toEqual(['HEAD', 'GET', 'HEAD', 'HEAD']);
});

test.each([401, 429, 500, 503])('status %i is an answer to HEAD, not a refusal of it', async (status) => {
  await using server = await startScriptedServer(() => ({ status }));
  expect(await storageErrorOf((await openRemote({ url: server.origin })).stat('key'))).toMatchObject({ status });
  expect(server.requests).toHaveLength(1);
});

test.each([
  ['no length', {}],
  ['the length of something compressed', { 'content-encoding': 'gzip', 'content-length': '40' }],
])('a HEAD that tells %s is followed by a GET', async (_name, headers) => {
  const plain = Buffer.alloc(1000);
  await using server = await startScriptedServer(({ method }, raw) => {
    if (method === 'GET') return { body: gzipSync(plain), headers: { 'content-encoding': 'gzip' } };
    raw.writeHead(200, headers);
    raw.end();
    return undefined;
  });
  expect(await (await openRemote({ url: server.origin })).stat('key')).toMatchObject({ size: 1000 });
});

test('of a large object it is found out, once, whether the server gives parts', async () => {
  await using store = await startHttpStore({ ignoreRanges: true });
  store.objects.set('/large', Buffer.alloc(5 * 1024 * 1024));
  const storage = await openRemote({ url: store.origin });
  await storage.stat('large');
  await storage.stat('large');
  expect(storage.traits.rangeReads).toBe(false);
  expect(methodsOf(store)).toEqual(['HEAD', 'GET', 'HEAD']);
});

test('a server that says that it gives parts is believed', async () => {
  await using store = await startHttpStore();
  store.objects.set('/large', Buffer.alloc(5 * 1024 * 1024));
  await (await openRemote({ url: store.origin })).stat('large');
  expect(methodsOf(store)).toEqual(['HEAD']);
});
