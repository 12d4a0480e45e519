import type { ServerResponse } from 'node:http';

import { describe, expect, test } from 'vitest';

import { openRemote, type S3Storage, someKeys, storageErrorOf } from './support/open-remote.ts';
import { type Recorder, startRecorder } from './support/recorder.ts';

const open = (recorder: Recorder, options: Readonly<Record<string, number>> = {}): Promise<S3Storage> =>
  openRemote({ options: { ...someKeys, endpointurl: recorder.endpoint, ...options } });

async function readWhole(storage: S3Storage, options: Parameters<S3Storage['read']>[1] = {}): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await storage.read('key', options)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Starts an answer of 1000 bytes and gives 400 of them. */
function begin(raw: ServerResponse): undefined {
  raw.writeHead(200, { 'content-length': '1000' });
  raw.write(Buffer.alloc(400));
}

test('a body that ends early is interrupted, not short', async () => {
  await using recorder = await startRecorder((_request, raw) => {
    begin(raw);
    setTimeout(() => raw.destroy(), 20);
    return undefined;
  });
  expect(await storageErrorOf(readWhole(await open(recorder)))).toMatchObject({ code: 'interrupted' });
});

test('a body that stops coming is a timeout', async () => {
  await using recorder = await startRecorder((_request, raw) => begin(raw));
  expect(await storageErrorOf(readWhole(await open(recorder, { read_timeout: 1 })))).toMatchObject({ code: 'timeout' });
});

test('a reader that takes its time is no timeout', async () => {
  const size = 8 * 1024 * 1024;
  await using recorder = await startRecorder(() => ({ body: Buffer.alloc(size) }));
  let read = 0;
  for await (const chunk of await (await open(recorder, { read_timeout: 1 })).read('key')) {
    if (read === 0) await new Promise((resolve) => setTimeout(resolve, 2500));
    read += chunk.length;
  }
  expect(read).toBe(size);
});

test('a body that nobody reads is not taken from the store', async () => {
  const size = 64 * 1024 * 1024;
  let pending = false;
  await using recorder = await startRecorder((_request, raw) => {
    raw.writeHead(200, { 'content-length': String(size) });
    pending = !raw.write(Buffer.alloc(size));
    raw.on('drain', () => (pending = false));
    return undefined;
  });
  await (await open(recorder)).read('key');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(pending).toBe(true);
});

test('a part that is shorter than asked for is interrupted', async () => {
  await using recorder = await startRecorder(() => ({ status: 206, headers: { 'content-range': 'bytes 10-14/15' }, body: '01234' }));
  const storage = await open(recorder);
  expect(await storageErrorOf(storage.read('key', { range: { start: 10, end: 20 } }))).toMatchObject({ code: 'interrupted' });
});

test('bytes are never decoded, whatever Content-Encoding says', async () => {
  const bytes = Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]);
  await using recorder = await startRecorder(() => ({ body: bytes, headers: { 'content-encoding': 'gzip' } }));
  expect(await readWhole(await open(recorder))).toEqual(bytes);
});

describe('ranges', () => {
  test('go out as HTTP has them: the end included', async () => {
    await using recorder = await startRecorder(() => ({
      status: 206,
      headers: { 'content-range': 'bytes 10-19/100' },
      body: '0123456789',
    }));
    await readWhole(await open(recorder), { range: { start: 10, end: 20 } });
    expect(recorder.only().headers['range']).toBe('bytes=10-19');
  });

  test.each([
    ['the whole object', 200, {}],
    ['another range', 206, { 'content-range': 'bytes 0-9/100' }],
  ])('answered with %s are unsupported: those bytes are not the ones', async (_answer, status, headers) => {
    await using recorder = await startRecorder(() => ({ status, headers, body: '0123456789' }));
    const storage = await open(recorder);
    expect(await storageErrorOf(storage.read('key', { range: { start: 10, end: 20 } }))).toMatchObject({ code: 'unsupported' });
  });
});

describe('versions', () => {
  test('an older version is asked for by its id', async () => {
    await using recorder = await startRecorder();
    const storage = await open(recorder);
    await storage.stat('key', { version: 'a/b+c=' });
    await storage.read('key', { version: 'a/b+c=' });
    expect(recorder.requests.map(({ target }) => target)).toEqual(Array(2).fill('/bucket/prefix/key?versionId=a%2Fb%2Bc%3D'));
  });

  test('stat tells the version, but not that of a bucket that keeps none', async () => {
    await using recorder = await startRecorder(({ target }) => ({
      headers: { 'x-amz-version-id': target.endsWith('kept') ? 'v1' : 'null' },
    }));
    const storage = await open(recorder);
    expect((await storage.stat('kept')).version).toBe('v1');
    expect(await storage.stat('not')).not.toHaveProperty('version');
  });
});

test('after closing, a read that is on its way is interrupted', async () => {
  await using recorder = await startRecorder((_request, raw) => begin(raw));
  const storage = await open(recorder);
  const reading = storageErrorOf(readWhole(storage));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await storage[Symbol.asyncDispose]();
  expect(await reading).toMatchObject({ code: 'interrupted' });
});

test('connections are kept, also after HEAD', async () => {
  const ports = new Set<number | undefined>();
  await using recorder = await startRecorder((_request, raw) => {
    ports.add(raw.socket?.remotePort);
    return { body: 'bytes' };
  });
  const storage = await open(recorder);
  for (let index = 0; index < 5; index++) {
    await storage.stat('key');
    await readWhole(storage);
  }
  // the pool may open a second one while the first is still winding up
  expect(ports.size).toBeLessThanOrEqual(2);
});
