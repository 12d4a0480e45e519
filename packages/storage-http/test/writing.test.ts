import { createHash } from 'node:crypto';

import { expect, test } from 'vitest';

import { startHttpStore } from '../../../e2e/servers/http-store.ts';
import { openRemote, sourceOf, storageErrorOf } from './support/open-remote.ts';
import { startScriptedServer } from './support/scripted-server.ts';

const bytes = Buffer.from('some bytes');
const large = Buffer.alloc(3_000_000, 'x');

test.each([
  [{}, 'POST'],
  [{ method: 'post' }, 'POST'],
  [{ method: 'put' }, 'PUT'],
])('with %j an object goes up by %s', async (options, method) => {
  await using store = await startHttpStore();
  await (await openRemote({ url: `${store.origin}/p`, options })).write('key', sourceOf(bytes));
  expect(store.objects.get('/p/key')).toEqual(bytes);
  expect(store.requests.map((request) => request.method)).toEqual([method]);
});

test.each([Buffer.alloc(0), bytes, large])('the length is told before the bytes, never in chunks', async (body) => {
  await using store = await startHttpStore();
  await (await openRemote({ url: store.origin })).write('key', sourceOf(body));
  expect(store.requests[0]?.headers).toMatchObject({ 'content-length': String(body.length), 'content-type': 'application/octet-stream' });
  expect(store.requests[0]?.headers).not.toHaveProperty('transfer-encoding');
  expect(store.objects.get('/key')).toEqual(body);
});

test.each([bytes, large])('bytes with another MD5 never arrive', async (body) => {
  await using store = await startHttpStore();
  const md5 = createHash('md5').update('other').digest('hex');
  const storage = await openRemote({ url: store.origin });
  expect(await storageErrorOf(storage.write('key', sourceOf(body), { md5 }))).toMatchObject({ code: 'invalid-request' });
  expect(store.objects.size).toBe(0);
});

test.each([
  [bytes, -1],
  [bytes, 1],
  [large, -1],
  [large, 1],
])('a source that is not as long as it says leaves nothing', async (body, more) => {
  await using store = await startHttpStore();
  const storage = await openRemote({ url: store.origin });
  expect(await storageErrorOf(storage.write('key', sourceOf(body, { size: body.length + more })))).toMatchObject({
    code: 'invalid-request',
  });
  expect(store.objects.size).toBe(0);
});

test('what the source fails with is passed on', async () => {
  await using store = await startHttpStore();
  const failure = new Error('the disk broke');
  const source = {
    size: large.length,
    async *open(): AsyncGenerator<Uint8Array> {
      yield large.subarray(0, 1_000_000);
      yield large.subarray(1_000_000, 2_000_000);
      throw failure;
    },
  };
  await expect((await openRemote({ url: store.origin })).write('key', source)).rejects.toBe(failure);
  expect(store.objects.size).toBe(0);
});

test.each([
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [404, 'invalid-request'],
  [405, 'unsupported'],
  [409, 'unavailable'],
  [413, 'invalid-request'],
  [423, 'unavailable'],
  [429, 'rate-limited'],
  [500, 'unavailable'],
  [501, 'unsupported'],
  [503, 'unavailable'],
  [507, 'quota-exceeded'],
] as const)('an upload that is answered by %i is %s', async (status, code) => {
  await using server = await startScriptedServer(() => ({ status }));
  const error = await storageErrorOf((await openRemote({ url: server.origin })).write('key', sourceOf(bytes)));
  expect(error).toMatchObject({ code, status });
});

test.each([405, 501, 404])('a server that takes no POST (%i) gets the hint about PUT', async (status) => {
  await using server = await startScriptedServer(() => ({ status }));
  const error = await storageErrorOf((await openRemote({ url: server.origin })).write('key', sourceOf(bytes)));
  expect(error.hint).toContain('PUT');
});

test('how long the server asks to wait is passed on', async () => {
  await using server = await startScriptedServer(() => ({ status: 429, headers: { 'retry-after': '7' } }));
  expect(await storageErrorOf((await openRemote({ url: server.origin })).stat('key'))).toMatchObject({ retryAfterMs: 7000 });
});

test('a message names the object, and neither user nor query', async () => {
  await using server = await startScriptedServer(() => ({ status: 500 }));
  const url = `${server.origin.replace('://', '://me:secret@')}/p?token=hidden`;
  const { message } = await storageErrorOf((await openRemote({ url })).stat('key'));
  expect(message).toContain('/p');
  expect(message).not.toMatch(/secret|hidden|me@/u);
});
