import { once } from 'node:events';
import { createServer } from 'node:http';

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { type FaultProxy, randomBytes, startFaultProxy } from '../src/index.ts';

const body = randomBytes(200_000, 1);
/** What Node's fetch says when a connection breaks: before the answer, within it. */
const broken = /^(?:fetch failed|terminated)$/u;
const uploads: number[] = [];
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    uploads.push(Buffer.concat(chunks).length);
    response.writeHead(200, { 'content-length': String(body.length), 'x-host': request.headers.host ?? '' });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
});
let proxy: FaultProxy;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  proxy = await startFaultProxy(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
});
afterEach(() => proxy.heal());
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  server.close();
  server.closeAllConnections();
});

async function get(): Promise<Uint8Array> {
  const response = await fetch(proxy.url);
  return new Uint8Array(await response.arrayBuffer());
}

describe('the fault proxy', () => {
  test('passes requests and answers on unchanged', async () => {
    const response = await fetch(`${proxy.url}/a%20b?c=d`, { method: 'PUT', body });
    expect(response.headers.get('x-host')).toBe(new URL(proxy.url).host);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(body);
    expect(uploads.at(-1)).toBe(body.length);
    expect(proxy.requests.at(-1)).toMatchObject({ method: 'PUT', target: '/a%20b?c=d' });
  });

  test('answers a status by itself, so many times', async () => {
    proxy.inject({ kind: 'status', status: 503, headers: { 'retry-after': '2' }, body: 'later' }, { times: 2 });
    for (let time = 0; time < 2; time++) {
      const response = await fetch(proxy.url);
      expect([response.status, response.headers.get('retry-after'), await response.text()]).toEqual([503, '2', 'later']);
    }
    expect(await get()).toEqual(body);
  });

  test('hits only the requests that match', async () => {
    proxy.inject({ kind: 'status', status: 403 }, { match: ({ method }) => method === 'HEAD', times: Number.POSITIVE_INFINITY });
    expect(await get()).toEqual(body);
    expect((await fetch(proxy.url, { method: 'HEAD' })).status).toBe(403);
  });

  test.for([0, 1, 100_000, 199_999])('cuts an answer after %i bytes', async (after) => {
    proxy.inject({ kind: 'cut', after });
    await expect(get()).rejects.toThrow(broken);
    expect(await get()).toEqual(body);
  });

  test('cuts an upload', async () => {
    const before = uploads.length;
    proxy.inject({ kind: 'cut-upload', after: 1000 });
    await expect(fetch(proxy.url, { method: 'PUT', body })).rejects.toThrow(broken);
    expect(uploads.length).toBe(before);
  });

  test('resets a connection', async () => {
    proxy.inject({ kind: 'reset' });
    await expect(get()).rejects.toThrow(broken);
  });

  test('stalls until it is healed', async () => {
    proxy.inject({ kind: 'stall', after: 1000 });
    const response = await fetch(proxy.url);
    const reader = response.body!.getReader();
    expect((await reader.read()).value?.length).toBe(1000);
    const next = reader.read();
    proxy.heal();
    await expect(next).rejects.toThrow(broken);
  });

  test('flips one bit', async () => {
    proxy.inject({ kind: 'corrupt', at: 150_000 });
    const received = await get();
    expect(received.length).toBe(body.length);
    expect(received.findIndex((byte, index) => byte !== body[index])).toBe(150_000);
  });

  test('claims more bytes than there are', async () => {
    proxy.inject({ kind: 'wrong-length', by: 10 });
    await expect(get()).rejects.toThrow(broken);
  });

  test('puts another body in place of the right one', async () => {
    proxy.inject({ kind: 'body', body: '<html>' });
    expect(Buffer.from(await get()).toString()).toBe('<html>');
  });
});
