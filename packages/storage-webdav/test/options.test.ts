import { isRetryable } from '@datapin/storage';
import { expect, test } from 'vitest';

import { type FakeServer, startFakeServer, storedFile } from './support/fake-server.ts';
import { openRemote, storageErrorOf, webdavUrl } from './support/open-remote.ts';

test.each([
  ['no host', 'webdav:///path', {}],
  ['a query', 'webdav://host/path?x=1', {}],
  ['a fragment', 'webdav://host/path#x', {}],
  ['a port that is none', 'webdav://host:port/path', {}],
  ['a header name with a space', 'webdav://host/', { custom_auth_header: 'X Token', password: 'p' }],
  ['a token of two lines', 'webdav://host/', { token: 'a\nb' }],
  ['a key without a certificate', 'webdavs://host/', { key_path: '/no/such/file' }],
  ['a certificate that is not there', 'webdavs://host/', { cert_path: '/no/such/file' }],
  ['authorities that are not there', 'webdavs://host/', { ssl_verify: '/no/such/file' }],
  ['a certificate that is none', 'webdavs://host/', { cert_path: import.meta.filename }],
  ['a command line with an open quote', 'webdav://host/', { bearer_token_command: 'get "token' }],
])('%s cannot work', async (_what, url, options) => {
  expect(await storageErrorOf(openRemote({ url, options }))).toMatchObject({ code: 'invalid-request' });
});

test('ask_password without a password says where to put one, as nobody can be asked here', async () => {
  const opening = openRemote({ url: 'webdav://me@host/', options: { ask_password: true } });
  expect(await storageErrorOf(opening)).toMatchObject({
    code: 'unauthenticated',
    hint: expect.stringContaining('remote modify --local store password'),
  });
});

test('ask_password with a password is fine', async () => {
  await using storage = await openRemote({ url: 'webdav://me@host/', options: { ask_password: true, password: 'secret' } });
  expect(storage.traits.versions).toBe(false);
});

async function pathOf(path: string): Promise<string | undefined> {
  await using server: FakeServer = await startFakeServer({ intercept: () => ({ status: 404 }) });
  await using storage = await openRemote({ url: webdavUrl(server.origin, path) });
  await storageErrorOf(storage.stat('a key'));
  return server.requests[0]?.target;
}

// httpx, which DVC's client uses, takes what is encoded already as it is
test.each([
  ['', '/a%20key'],
  ['/', '/a%20key'],
  ['/base/', '/base/a%20key'],
  ['/a b', '/a%20b/a%20key'],
  ['/a%20b', '/a%20b/a%20key'],
  ['/50%', '/50%25/a%20key'],
  ['/%3Fx', '/%3Fx/a%20key'],
  ['//double//slash', '/double/slash/a%20key'],
])('below %j the key is asked for at %s', async (path, target) => {
  expect(await pathOf(path)).toBe(target);
});

test('requests go through the proxy of the environment that was handed in', async () => {
  await using server = await startFakeServer();
  server.resources.set('/key', storedFile('bytes'));
  const error = await openRemote({ url: webdavUrl(server.origin), env: { http_proxy: 'http://127.0.0.1:9' } }).then((storage) =>
    storageErrorOf(storage.stat('key')),
  );
  expect(isRetryable(error)).toBe(true);
  expect(server.requests).toEqual([]);
});
