import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { certificates, otherAuthority, testAuthority } from '@datapin/storage-testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { networkError } from '../src/network-error.ts';
import { type FakeServer, startFakeServer, storedFile } from './support/fake-server.ts';
import { openRemote, storageErrorOf, webdavUrl } from './support/open-remote.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'storage-webdav-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

async function startTls(): Promise<FakeServer> {
  const server = await startFakeServer({ tls: certificates.good });
  server.resources.set('/key', storedFile('bytes'));
  return server;
}

test.each([true, undefined])(
  'with ssl_verify = %s a certificate of an unknown authority is not taken, and the password stays here',
  async (verify) => {
    await using server = await startTls();
    const options = { user: 'me', password: 'secret', ...(verify === undefined ? {} : { ssl_verify: verify }) };
    await using storage = await openRemote({ url: webdavUrl(server.origin), options });
    expect(await storageErrorOf(storage.stat('key'))).toMatchObject({
      code: 'invalid-request',
      hint: expect.stringContaining('ssl_verify'),
    });
    expect(server.requests).toEqual([]);
  },
);

test('with ssl_verify = false any certificate is taken', async () => {
  await using server = await startTls();
  await using storage = await openRemote({ url: webdavUrl(server.origin), options: { ssl_verify: false } });
  expect(await storage.stat('key')).toMatchObject({ size: 5 });
});

test('ssl_verify names the authorities', async () => {
  await using server = await startTls();
  const open = (authority: string): ReturnType<typeof openRemote> =>
    openRemote({ url: webdavUrl(server.origin), options: { ssl_verify: file('authority.pem', authority) } });
  await using right = await open(testAuthority);
  expect(await right.stat('key')).toMatchObject({ size: 5 });
  await using wrong = await open(otherAuthority);
  expect(await storageErrorOf(wrong.stat('key'))).toMatchObject({ code: 'invalid-request' });
});

test('over TLS the password goes as Basic with the first request', async () => {
  await using server = await startTls();
  await using storage = await openRemote({ url: webdavUrl(server.origin), options: { user: 'me', password: 'secret', ssl_verify: false } });
  await storage.stat('key');
  expect(server.requests.map(({ method, headers }) => [method, headers['authorization']?.split(' ')[0]])).toEqual([['PROPFIND', 'Basic']]);
});

test.each(['in two files', 'in one file'])('a client certificate and its key %s are shown to the server', async (how) => {
  await using server = await startTls();
  const { cert, key } = certificates.good;
  const certificate =
    how === 'in one file'
      ? { cert_path: file('both.pem', cert + key) }
      : { cert_path: file('cert.pem', cert), key_path: file('key.pem', key) };
  await using storage = await openRemote({ url: webdavUrl(server.origin), options: { ...certificate, ssl_verify: false } });
  await storage.stat('key');
  expect(server.requests.map((request) => request.certificate)).toEqual([new X509Certificate(cert).serialNumber]);
});

test.each(['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'])(
  'a server that refuses the client by %s wants another certificate',
  (code) => {
    const error = networkError('https://host', Object.assign(new Error('alert'), { code }));
    expect(error).toMatchObject({ code: 'unauthenticated', hint: 'See cert_path and key_path.' });
  },
);
