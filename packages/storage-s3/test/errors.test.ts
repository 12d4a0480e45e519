import { createServer } from 'node:net';
import { once } from 'node:events';

import { isRetryable, type StorageError } from '@datapin/storage';
import { describe, expect, test } from 'vitest';

import { openRemote, someKeys, sourceOf, storageErrorOf } from './support/open-remote.ts';
import { type Answer, type Respond, s3Error, startRecorder } from './support/recorder.ts';

/** How the bucket itself is asked for. */
const bucketQuery = '/bucket/?list-type=2&max-keys=0';

async function failure(respond: Respond, call: 'read' | 'stat' | 'write' = 'read'): Promise<StorageError> {
  await using recorder = await startRecorder(respond);
  const storage = await openRemote({ options: { ...someKeys, endpointurl: recorder.endpoint } });
  if (call === 'write') return await storageErrorOf(storage.write('key', sourceOf(Buffer.from('bytes'))));
  return await storageErrorOf(storage[call]('key'));
}

describe("the store's word decides", () => {
  test.each([
    [404, 'NoSuchKey', 'not-found'],
    [404, 'NoSuchVersion', 'not-found'],
    [404, 'NoSuchBucket', 'invalid-request'],
    [403, 'AccessDenied', 'forbidden'],
    [403, 'InvalidAccessKeyId', 'unauthenticated'],
    [404, 'XAdminUserNotFound', 'unauthenticated'],
    [403, 'SignatureDoesNotMatch', 'unauthenticated'],
    [400, 'ExpiredToken', 'unauthenticated'],
    [400, 'InvalidToken', 'unauthenticated'],
    [403, 'InvalidObjectState', 'invalid-request'],
    [400, 'InvalidArgument', 'invalid-request'],
    [400, 'KeyTooLongError', 'invalid-request'],
    [400, 'BadDigest', 'invalid-request'],
    [400, 'EntityTooLarge', 'invalid-request'],
    [400, 'RequestTimeout', 'timeout'],
    [503, 'SlowDown', 'rate-limited'],
    [400, 'ThrottlingException', 'rate-limited'],
    [429, 'TooManyRequests', 'rate-limited'],
    [500, 'InternalError', 'unavailable'],
    [503, 'ServiceUnavailable', 'unavailable'],
    [409, 'OperationAborted', 'unavailable'],
    [403, 'QuotaExceeded', 'quota-exceeded'],
    [507, 'XMinioStorageFull', 'quota-exceeded'],
    [501, 'NotImplemented', 'unsupported'],
  ])('%i %s is %s', async (status, word, code) => {
    expect(await failure(() => s3Error(status, word))).toMatchObject({ code, status });
  });
});

describe('without a word the status does', () => {
  test.each([
    [401, 'unauthenticated'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [408, 'timeout'],
    [429, 'rate-limited'],
    [501, 'unsupported'],
    [502, 'unavailable'],
    [504, 'unavailable'],
    [507, 'quota-exceeded'],
  ])('%i is %s', async (status, code) => {
    const respond: Respond = ({ target }) => (target === bucketQuery ? {} : { status });
    expect(await failure(respond)).toMatchObject({ code, status });
  });
});

test('the message names bucket and key and what the store said', async () => {
  expect((await failure(() => s3Error(403, 'AccessDenied'))).message).toBe('s3://bucket/prefix/key: AccessDenied: because of AccessDenied');
});

test('or the bucket alone, where it is about whoever asks', async () => {
  expect((await failure(() => s3Error(403, 'InvalidAccessKeyId'))).message).toBe(
    'bucket bucket: InvalidAccessKeyId: because of InvalidAccessKeyId',
  );
});

test('AccessDenied may mean that the object is missing, and the hint says when', async () => {
  expect((await failure(() => s3Error(403, 'AccessDenied'))).hint).toContain('s3:ListBucket');
});

test('a page that is not S3 says so, and never that the object is missing', async () => {
  const page: Answer = { status: 404, body: '<html>not here</html>', headers: { 'content-type': 'text/html' } };
  expect(await failure(() => page)).toMatchObject({ code: 'invalid-request', hint: expect.stringContaining('endpoint') });
});

test('Retry-After is passed on', async () => {
  const slow: Answer = { ...s3Error(503, 'SlowDown'), headers: { 'retry-after': '7' } };
  expect(await failure(() => slow)).toMatchObject({ code: 'rate-limited', retryAfterMs: 7000 });
});

test('nothing is tried again here', async () => {
  let requests = 0;
  const error = await failure(() => {
    requests += 1;
    return s3Error(503, 'SlowDown');
  });
  expect({ requests, retryable: isRetryable(error) }).toEqual({ requests: 1, retryable: true });
});

describe('HEAD, whose answers have no body', () => {
  test('refused: why is asked with a GET of one byte', async () => {
    expect(await failure(() => s3Error(403, 'InvalidAccessKeyId'), 'stat')).toMatchObject({ code: 'unauthenticated', status: 403 });
  });

  test('not found: the bucket is asked for, once', async () => {
    await using recorder = await startRecorder(({ target }) => (target === bucketQuery ? {} : { status: 404 }));
    const storage = await openRemote({ options: { ...someKeys, endpointurl: recorder.endpoint } });
    expect((await storageErrorOf(storage.stat('a'))).code).toBe('not-found');
    expect((await storageErrorOf(storage.stat('b'))).code).toBe('not-found');
    expect(recorder.requests.map(({ target }) => target)).toEqual(['/bucket/prefix/a', bucketQuery, '/bucket/prefix/b']);
  });

  test('not found, and neither is the bucket: the bucket is what is wrong', async () => {
    const error = await failure(() => ({ status: 404 }), 'stat');
    expect(error).toMatchObject({ code: 'invalid-request', message: expect.stringContaining('bucket bucket') });
  });

  test('not found, and so is whoever asks: that is what is said', async () => {
    const error = await failure(() => s3Error(404, 'XAdminUserNotFound'), 'stat');
    expect(error).toMatchObject({
      code: 'unauthenticated',
      message: 'bucket bucket: XAdminUserNotFound: because of XAdminUserNotFound',
      hint: 'The access key is not known there.',
    });
  });

  test('not found where the bucket may not be asked for: the object is missing', async () => {
    expect(await failure(({ target }) => ({ status: target === bucketQuery ? 403 : 404 }), 'stat')).toMatchObject({ code: 'not-found' });
  });

  test('a deleted version is not there', async () => {
    expect(await failure(() => ({ status: 405, headers: { 'x-amz-delete-marker': 'true' } }), 'stat')).toMatchObject({ code: 'not-found' });
  });
});

describe('on the way', () => {
  test('a refused connection is unavailable', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    server.close();
    const port = typeof address === 'object' ? address?.port : undefined;
    const storage = await openRemote({ options: { ...someKeys, endpointurl: `http://127.0.0.1:${port}` } });
    expect(await storageErrorOf(storage.stat('key'))).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
  });

  test('TLS to a server that speaks none is not worth a retry', async () => {
    await using recorder = await startRecorder();
    const storage = await openRemote({ options: { ...someKeys, endpointurl: recorder.endpoint.replace('http:', 'https:') } });
    expect(await storageErrorOf(storage.stat('key'))).toMatchObject({ code: 'invalid-request', hint: expect.stringContaining('use_ssl') });
  });
});
