import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { startHttpStore } from '../../../e2e/servers/http-store.ts';
import { openRemote, readWhole, sourceOf, storageErrorOf } from './support/open-remote.ts';
import { startScriptedServer } from './support/scripted-server.ts';

const fixtures = join(import.meta.dirname, '..', '..', 'storage-s3', 'test', 'fixtures', 'tls');
const tls = { cert: join(fixtures, 'server.pem'), key: join(fixtures, 'server.key') };
const bytes = Buffer.from('over TLS');

test.each([join(fixtures, 'authority.pem'), false])('with ssl_verify = %s the server is taken', async (verify) => {
  await using store = await startHttpStore({ tls });
  const storage = await openRemote({ url: store.origin, options: { ssl_verify: verify } });
  await storage.write('key', sourceOf(bytes));
  expect(await readWhole(storage, 'key')).toEqual(bytes);
});

test.each([undefined, true])('with ssl_verify = %s a certificate of an unknown authority is not', async (verify) => {
  await using store = await startHttpStore({ tls });
  const storage = await openRemote({ url: store.origin, options: verify === undefined ? {} : { ssl_verify: verify } });
  expect(await storageErrorOf(storage.stat('key'))).toMatchObject({
    code: 'invalid-request',
    hint: expect.stringContaining('ssl_verify') as string,
  });
  expect(store.requests).toEqual([]);
});

test('a file of authorities that is not there is named', async () => {
  const error = await storageErrorOf(openRemote({ url: 'https://127.0.0.1:1', options: { ssl_verify: '/no/such.pem' } }));
  expect(error.message).toContain('/no/such.pem');
});

test('a server that speaks no TLS is told from one that is down', async () => {
  await using server = await startScriptedServer();
  const storage = await openRemote({ url: server.origin.replace('http:', 'https:') });
  expect(await storageErrorOf(storage.stat('key'))).toMatchObject({ code: 'invalid-request' });
});

test('a server that wants a client certificate says so at once', async () => {
  // with TLS 1.3 it would only close the connection, as far as undici tells
  const options = { cert: readFileSync(tls.cert), key: readFileSync(tls.key), requestCert: true, maxVersion: 'TLSv1.2' } as const;
  await using server = createServer(options, (_, response) => response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const storage = await openRemote({ url: `https://127.0.0.1:${port}`, options: { ssl_verify: join(fixtures, 'authority.pem') } });
  expect(await storageErrorOf(storage.stat('key'))).toMatchObject({
    code: 'unauthenticated',
    hint: expect.stringContaining('client certificate') as string,
  });
});

test('from https nothing leads to http', async () => {
  await using plain = await startScriptedServer();
  await using store = await startHttpStore({ tls });
  const storage = await openRemote({ url: store.origin, options: { ssl_verify: false } });
  store.redirects.set('/key', `${plain.origin}/key`);
  expect(await storageErrorOf(storage.read('key'))).toMatchObject({
    code: 'invalid-request',
    message: expect.stringContaining('not encrypted') as string,
  });
  expect(plain.requests).toEqual([]);
});
