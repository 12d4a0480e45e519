import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

import { expect, test } from 'vitest';

import { networkFailure } from '../src/network-failure.ts';
import { StorageError } from '../src/storage-error.ts';

const origin = 'https://store.example';
const hints = { unreachable: 'is it running?', untrusted: 'name the authority', refused: 'name a certificate', noTls: 'is it https?' };

function broken(code: string): Error {
  return Object.assign(new Error('broken'), { code });
}

test.each([
  ['ENOTFOUND', 'unavailable', 'no such host'],
  ['EAI_AGAIN', 'unavailable', 'the name of the host cannot be looked up now'],
  ['EHOSTUNREACH', 'unavailable', 'no route to the host'],
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout', 'no answer'],
])('%s is %s: the server cannot be reached', (code, expected, words) => {
  const error = networkFailure(broken(code), { origin, hints });
  expect(error).toMatchObject({ code: expected, message: `cannot reach ${origin} (${words})`, hint: hints.unreachable });
});

test('where another address was tried than the one that is meant, it is named: it may be a proxy', () => {
  const refused = Object.assign(broken('ECONNREFUSED'), { address: '127.0.0.1', port: 3128 });
  expect(networkFailure(refused, { origin }).message).toBe(`cannot reach ${origin} (connection refused: 127.0.0.1:3128)`);
  expect(networkFailure(refused, { origin: 'http://127.0.0.1:3128' }).message).toBe(
    'cannot reach http://127.0.0.1:3128 (connection refused)',
  );
  const unknown = Object.assign(broken('ENOTFOUND'), { hostname: 'proxy.example' });
  expect(networkFailure(unknown, { origin }).message).toBe(`cannot reach ${origin} (no such host: proxy.example)`);
});

test.each([
  ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
  ['ETIMEDOUT', 'timeout'],
  ['ECONNRESET', 'interrupted'],
  ['EPIPE', 'interrupted'],
  ['UND_ERR_SOCKET', 'interrupted'],
  ['UND_ERR_HEADERS_OVERFLOW', 'invalid-request'],
])('%s is %s, and has no hint', (code, expected) => {
  const error = networkFailure(broken(code), { origin, hints });
  expect(error).toMatchObject({ code: expected, message: `${origin}: broken`, hint: undefined });
});

test.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'])(
  '%s is a server that is not trusted',
  (code) => {
    const error = networkFailure(broken(code), { origin, hints });
    expect(error).toMatchObject({ code: 'invalid-request', message: `${origin} is not trusted: broken`, hint: hints.untrusted });
  },
);

test.each([
  'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
  'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
  'ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE',
  'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
  'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
])('%s is a server that does not take this client', (code) => {
  const error = networkFailure(broken(code), { origin, hints });
  expect(error).toMatchObject({ code: 'unauthenticated', message: `${origin} does not take this client: broken`, hint: hints.refused });
});

test.each(['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER'])('%s is an address that speaks no TLS', (code) => {
  expect(networkFailure(broken(code), { origin, hints })).toMatchObject({ code: 'invalid-request', hint: hints.noTls });
});

test('a refused connection is unavailable, and its error is the cause', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  const [cause]: unknown[] = await once(connect(port, '127.0.0.1').unref(), 'error').catch((error: unknown) => [error]);
  const error = networkFailure(cause, { origin });
  expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining(`127.0.0.1:${port}`), cause });
});

test('a host with several addresses fails as its first address does', () => {
  const error = networkFailure(new AggregateError([broken('ENETUNREACH'), broken('ETIMEDOUT')], ''), { origin });
  expect(error).toMatchObject({ code: 'unavailable', message: `cannot reach ${origin} (no route to its network)` });
});

test('a code behind the error counts', () => {
  const error = networkFailure(new TypeError('fetch failed', { cause: broken('ETIMEDOUT') }), { origin });
  expect(error).toMatchObject({ code: 'timeout', message: `${origin}: fetch failed` });
});

test('a StorageError is given back as it is', () => {
  const error = new StorageError('rate-limited', 'slow down');
  expect(networkFailure(error, { origin })).toBe(error);
});

test('what is no error is interrupted, in its own words', () => {
  expect(networkFailure('gone', { origin })).toMatchObject({ code: 'interrupted', message: `${origin}: gone` });
});
