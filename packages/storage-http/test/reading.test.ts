import type { ServerResponse } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import { describe, expect, test } from 'vitest';

import { startHttpStore } from '../../../e2e/servers/http-store.ts';
import { openRemote, readWhole, storageErrorOf } from './support/open-remote.ts';
import { startScriptedServer } from './support/scripted-server.ts';

/** Starts an answer of 1000 bytes and gives 400 of them. */
function begin(raw: ServerResponse): undefined {
  raw.writeHead(200, { 'content-length': '1000' });
  raw.write(Buffer.alloc(400));
}

test('a body that ends early is interrupted, not short', async () => {
  await using server = await startScriptedServer((_request, raw) => {
    begin(raw);
    setTimeout(() => raw.destroy(), 20);
    return undefined;
  });
  expect(await storageErrorOf(readWhole(await openRemote({ url: server.origin }), 'key'))).toMatchObject({ code: 'interrupted' });
});

test('a body that stops coming is a timeout', async () => {
  await using server = await startScriptedServer((_request, raw) => begin(raw));
  const storage = await openRemote({ url: server.origin, options: { read_timeout: 0.5 } });
  expect(await storageErrorOf(readWhole(storage, 'key'))).toMatchObject({ code: 'timeout' });
});

test('a server that never answers is a timeout', async () => {
  await using server = await startScriptedServer(() => undefined);
  const storage = await openRemote({ url: server.origin, options: { read_timeout: 0.5 } });
  expect(await storageErrorOf(storage.read('key'))).toMatchObject({ code: 'timeout' });
});

test('a reader that takes its time is no timeout', async () => {
  const size = 8 * 1024 * 1024;
  await using server = await startScriptedServer(() => ({ body: Buffer.alloc(size) }));
  let read = 0;
  for await (const chunk of await (await openRemote({ url: server.origin, options: { read_timeout: 1 } })).read('key')) {
    if (read === 0) await new Promise((resolve) => setTimeout(resolve, 2500));
    read += chunk.length;
  }
  expect(read).toBe(size);
});

test('a body that nobody reads is not taken from the server', async () => {
  const size = 64 * 1024 * 1024;
  let pending = false;
  await using server = await startScriptedServer((_request, raw) => {
    raw.writeHead(200, { 'content-length': String(size) });
    pending = !raw.write(Buffer.alloc(size));
    raw.on('drain', () => (pending = false));
    return undefined;
  });
  await (await openRemote({ url: server.origin })).read('key');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(pending).toBe(true);
});

test('after closing, a read that is on its way is interrupted', async () => {
  await using server = await startScriptedServer((_request, raw) => begin(raw));
  const storage = await openRemote({ url: server.origin });
  const reading = storageErrorOf(readWhole(storage, 'key'));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await storage[Symbol.asyncDispose]();
  expect(await reading).toMatchObject({ code: 'interrupted' });
});

test('the empty key is the URL itself', async () => {
  await using server = await startScriptedServer(() => ({ body: 'bytes' }));
  expect(String(await readWhole(await openRemote({ url: `${server.origin}/a b.csv?x=1` }), ''))).toBe('bytes');
  expect(server.requests[0]?.target).toBe('/a%20b.csv?x=1');
});

test('connections are kept', async () => {
  const ports = new Set<number | undefined>();
  await using server = await startScriptedServer((_request, raw) => {
    ports.add(raw.socket?.remotePort);
    return { body: 'bytes' };
  });
  const storage = await openRemote({ url: server.origin });
  for (let index = 0; index < 5; index++) {
    await storage.stat('key');
    await readWhole(storage, 'key');
  }
  // the pool may open a second one while the first is still winding up
  expect(ports.size).toBeLessThanOrEqual(2);
});

describe('ranges', () => {
  const bytes = Buffer.from('0123456789abcdefghij');

  test('go out as HTTP has them: the end included', async () => {
    await using store = await startHttpStore();
    store.objects.set('/key', bytes);
    expect(String(await readWhole(await openRemote({ url: store.origin }), 'key', { range: { start: 10, end: 15 } }))).toBe('abcde');
    expect(store.requests[0]?.headers['range']).toBe('bytes=10-14');
  });

  test.each([
    [0, 4],
    [7, 8],
    [10, 20],
    [0, 20],
  ])('from %i to %i are cut out of the whole where a server ignores them', async (start, end) => {
    await using store = await startHttpStore({ ignoreRanges: true });
    store.objects.set('/key', bytes);
    const storage = await openRemote({ url: store.origin });
    expect(storage.traits.rangeReads).toBe(true);
    expect(String(await readWhole(storage, 'key', { range: { start, end } }))).toBe(String(bytes.subarray(start, end)));
    expect(storage.traits.rangeReads).toBe(false);
  });

  test.each([
    ['another range', { 'content-range': 'bytes 0-9/100' }, 'unsupported'],
    ['a longer range', { 'content-range': 'bytes 10-29/100' }, 'unsupported'],
    ['several ranges', { 'content-type': 'multipart/byteranges; boundary=x' }, 'unsupported'],
    ['a compressed range', { 'content-range': 'bytes 10-19/100', 'content-encoding': 'gzip' }, 'unsupported'],
    ['a shorter range', { 'content-range': 'bytes 10-14/15' }, 'interrupted'],
  ])('%s in the answer is refused: those bytes are not the ones', async (_name, headers, code) => {
    await using server = await startScriptedServer(() => ({ status: 206, headers, body: '0123456789' }));
    const storage = await openRemote({ url: server.origin });
    expect(await storageErrorOf(storage.read('key', { range: { start: 10, end: 20 } }))).toMatchObject({ code });
  });

  test('an answer with fewer bytes than it says is interrupted', async () => {
    await using server = await startScriptedServer(() => ({ status: 206, headers: { 'content-range': 'bytes 0-9/10' }, body: '012' }));
    const storage = await openRemote({ url: server.origin });
    expect(await storageErrorOf(readWhole(storage, 'key', { range: { start: 0, end: 10 } }))).toMatchObject({ code: 'interrupted' });
  });

  test('a whole that is shorter than the range is interrupted', async () => {
    await using server = await startScriptedServer(() => ({ body: '012' }));
    const storage = await openRemote({ url: server.origin });
    expect(await storageErrorOf(readWhole(storage, 'key', { range: { start: 0, end: 10 } }))).toMatchObject({ code: 'interrupted' });
  });
});

describe('a server that compresses although it was asked not to', () => {
  const plain = Buffer.from('some text, again and again; '.repeat(10_000));

  test.each([
    ['gzip', gzipSync(plain)],
    ['x-gzip', gzipSync(plain)],
    ['deflate', deflateSync(plain)],
    ['br', brotliCompressSync(plain)],
    ['identity', plain],
  ])('is undone: %s', async (encoding, body) => {
    await using server = await startScriptedServer(() => ({ body, headers: { 'content-encoding': encoding } }));
    expect(await readWhole(await openRemote({ url: server.origin }), 'key')).toEqual(plain);
    expect(server.requests[0]?.headers['accept-encoding']).toBe('identity');
  });

  test('and sends no such bytes is interrupted', async () => {
    await using server = await startScriptedServer(() => ({ body: 'no gzip', headers: { 'content-encoding': 'gzip' } }));
    expect(await storageErrorOf(readWhole(await openRemote({ url: server.origin }), 'key'))).toMatchObject({ code: 'interrupted' });
  });

  test('and breaks off is interrupted', async () => {
    const body = gzipSync(plain);
    await using server = await startScriptedServer((_request, raw) => {
      raw.writeHead(200, { 'content-encoding': 'gzip', 'content-length': String(body.length) });
      raw.write(body.subarray(0, body.length - 100));
      setTimeout(() => raw.destroy(), 20);
      return undefined;
    });
    expect(await storageErrorOf(readWhole(await openRemote({ url: server.origin }), 'key'))).toMatchObject({ code: 'interrupted' });
  });

  test('in a way that nobody knows is unsupported', async () => {
    await using server = await startScriptedServer(() => ({ body: 'x', headers: { 'content-encoding': 'compress' } }));
    expect(await storageErrorOf((await openRemote({ url: server.origin })).read('key'))).toMatchObject({ code: 'unsupported' });
  });
});
