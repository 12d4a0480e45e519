import { once } from 'node:events';
import { createServer } from 'node:http';
import { get as httpsGet } from 'node:https';
import type { AddressInfo } from 'node:net';

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { certificates, type FaultProxy, otherAuthority, randomBytes, startFaultProxy, testAuthority } from '../src/index.ts';

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

  test('is late', async () => {
    proxy.inject({ kind: 'delay', ms: 50 });
    const start = performance.now();
    expect(await get()).toEqual(body);
    expect(performance.now() - start).toBeGreaterThanOrEqual(49);
  });

  test('drips', async () => {
    proxy.inject({ kind: 'drip', bytes: 50_000, everyMs: 1 });
    const response = await fetch(proxy.url);
    const sizes: number[] = [];
    for await (const chunk of response.body!) sizes.push(chunk.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100_000);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(body.length);
  });

  test('sends elsewhere, path and query kept', async () => {
    proxy.inject({ kind: 'redirect', to: 'http://127.0.0.1:9', status: 307 });
    const response = await fetch(`${proxy.url}/a%20b?c`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([307, 'http://127.0.0.1:9/a%20b?c']);
  });

  test('repeats what it was sent', async () => {
    proxy.inject({ kind: 'echo', status: 403 });
    const response = await fetch(`${proxy.url}/x`, { method: 'PUT', body: 'the body', headers: { authorization: 'Bearer canary' } });
    const text = await response.text();
    expect(response.status).toBe(403);
    for (const part of ['PUT /x', 'authorization: Bearer canary', 'the body']) expect(text).toContain(part);
  });

  test.for(['hang-up', 'garbage', 'lost-answer'] as const)('breaks a connection by %s', async (kind) => {
    const before = uploads.length;
    proxy.inject({ kind });
    await expect(fetch(proxy.url, { method: 'PUT', body })).rejects.toThrow(broken);
    // the server got the request only where its answer was lost
    expect(uploads.length - before).toBe(kind === 'lost-answer' ? 1 : 0);
  });

  test('says nothing until it is healed', async () => {
    proxy.inject({ kind: 'silence' });
    const answer = fetch(proxy.url).then(
      () => 'an answer',
      () => 'a broken connection',
    );
    const first = await Promise.race([answer, new Promise((resolve) => setTimeout(() => resolve('silence'), 50))]);
    proxy.heal();
    expect([first, await answer]).toEqual(['silence', 'a broken connection']);
  });

  test('answers before a request is whole', async () => {
    proxy.inject({ kind: 'status', status: 507, early: true });
    const large = new Uint8Array(5_000_000);
    const outcome = await fetch(proxy.url, { method: 'PUT', body: large }).then(
      ({ status }) => status,
      () => 'a broken connection',
    );
    expect([507, 'a broken connection']).toContain(outcome);
    expect(uploads.at(-1)).not.toBe(large.length);
  });

  test('changes headers on the way there and back', async () => {
    proxy.inject({ kind: 'request-headers', headers: { host: 'elsewhere.example' } });
    expect((await fetch(proxy.url)).headers.get('x-host')).toBe('elsewhere.example');
    proxy.inject({ kind: 'answer-headers', headers: { 'x-host': 'nowhere.example' } });
    expect((await fetch(proxy.url)).headers.get('x-host')).toBe('nowhere.example');
  });

  test('notes of every request its fault and how much was answered', async () => {
    proxy.inject({ kind: 'cut', after: 1000 });
    await get().catch(() => {});
    await get();
    expect(proxy.requests.slice(-2).map(({ fault, bytesAnswered }) => [fault?.kind, bytesAnswered])).toEqual([
      ['cut', 1000],
      [undefined, body.length],
    ]);
  });

  test('cuts answers without a length, too', async () => {
    const chunked = createServer((_, response) => {
      response.write('a'.repeat(1000));
      response.end('b'.repeat(1000));
    }).listen(0, '127.0.0.1');
    await once(chunked, 'listening');
    const { port } = chunked.address() as AddressInfo;
    await using between = await startFaultProxy(`http://127.0.0.1:${port}`);
    for (const after of [0, 500]) {
      between.inject({ kind: 'cut', after });
      await expect(fetch(between.url).then((response) => response.text())).rejects.toThrow(broken);
    }
    chunked.close();
    chunked.closeAllConnections();
  });

  test('speaks TLS with a certificate of the kit', async () => {
    await using secure = await startFaultProxy(proxy.url, { tls: certificates.good });
    const status = (ca: string): Promise<unknown> =>
      new Promise((resolve) => {
        httpsGet(secure.url, { ca }, (response) => resolve(response.resume().statusCode)).on('error', ({ message }) => resolve(message));
      });
    expect(await status(testAuthority)).toBe(200);
    expect(await status(otherAuthority)).toMatch(/unable to (?:verify|get local issuer)/u);
    expect(secure.requests.length).toBe(1);
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
