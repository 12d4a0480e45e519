import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ByteSource } from '@datapin/storage';
import { threeTries } from '@datapin/storage-testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { partSizeFor } from '../src/multipart-upload.ts';
import { openRemote, type S3Storage, someKeys, sourceOf, storageErrorOf } from './support/open-remote.ts';
import { authorityFile, type RecordedRequest, type Recorder, type Respond, s3Error, startRecorder } from './support/recorder.ts';

const md5 = (bytes: Uint8Array, encoding: 'hex' | 'base64'): string => createHash('md5').update(bytes).digest(encoding);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const mebibyte = 1024 * 1024;

describe('an object in one piece', () => {
  const bytes = Buffer.from('the bytes');
  const write = async (recorder: Recorder, options: Readonly<Record<string, string>> = {}, known?: string): Promise<RecordedRequest> => {
    const storage = await openRemote({ options: { ...someKeys, endpointurl: recorder.endpoint, ...options } });
    await storage.write('key', sourceOf(bytes), known === undefined ? {} : { md5: known });
    return recorder.only();
  };

  test('is sent with its length', async () => {
    await using recorder = await startRecorder();
    expect(await write(recorder)).toMatchObject({ method: 'PUT', body: bytes, headers: { 'content-length': '9' } });
  });

  test('is sent with its MD5 where it is known, signed', async () => {
    await using recorder = await startRecorder();
    const { headers } = await write(recorder, {}, md5(bytes, 'hex'));
    expect(headers['content-md5']).toBe(md5(bytes, 'base64'));
    expect(headers['authorization']).toMatch(/SignedHeaders=content-md5;/u);
  });

  test('is signed where no TLS protects it', async () => {
    await using recorder = await startRecorder();
    expect((await write(recorder)).headers['x-amz-content-sha256']).toBe(sha256(bytes));
  });

  test('is neither hashed nor signed where TLS protects it', async () => {
    await using recorder = await startRecorder(undefined, { tls: true });
    const { headers } = await write(recorder, { ssl_verify: authorityFile });
    expect(headers['x-amz-content-sha256']).toBe('UNSIGNED-PAYLOAD');
    expect(headers).not.toHaveProperty('content-md5');
  });

  test('of 0 bytes is sent as such', async () => {
    await using recorder = await startRecorder();
    const storage = await openRemote({ options: { ...someKeys, endpointurl: recorder.endpoint } });
    await storage.write('key', sourceOf(new Uint8Array()));
    expect(recorder.only().headers['content-length']).toBe('0');
  });

  test('that is streamed closes its source when the connection breaks', async () => {
    await using recorder = await startRecorder((_request, raw) => void raw.destroy());
    let closed = false;
    const source: ByteSource = {
      size: mebibyte,
      async *open() {
        try {
          for (let sent = 0; sent < mebibyte; sent += 65_536) yield Buffer.alloc(65_536);
        } finally {
          closed = true;
        }
      },
    };
    const storage = await openRemote({ options: { ...someKeys, endpointurl: recorder.endpoint } });
    expect(await storageErrorOf(storage.write('key', source))).toMatchObject({ code: 'interrupted' });
    expect(closed).toBe(true);
  });
});

describe('an object in parts', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'storage-s3-'));
    await writeFile(join(folder, 'config'), '[default]\ns3 =\n  multipart_threshold = 11MB\n  multipart_chunksize = 5MB\n');
  });
  afterEach(() => rm(folder, { recursive: true }));
  const bytes = Buffer.alloc(12 * mebibyte, 'abcdefghijk');

  const is = ({ method, target }: RecordedRequest, kind: 'start' | 'part' | 'complete' | 'abort'): boolean => {
    if (kind === 'start') return method === 'POST' && /[?&]uploads(=|&|$)/u.test(target);
    if (kind === 'part') return method === 'PUT' && target.includes('partNumber=');
    return method === (kind === 'complete' ? 'POST' : 'DELETE') && target.includes('uploadId=');
  };
  let aborts = 0;
  const store: Respond = (request) => {
    if (is(request, 'start')) return { body: '<InitiateMultipartUploadResult><UploadId>the-id</UploadId></InitiateMultipartUploadResult>' };
    if (is(request, 'part')) return { headers: { etag: `"etag-${/partNumber=(\d+)/u.exec(request.target)?.[1]}"` } };
    if (is(request, 'complete')) return { body: '<CompleteMultipartUploadResult><ETag>"x-3"</ETag></CompleteMultipartUploadResult>' };
    return aborts++ === 0 ? { status: 204 } : s3Error(404, 'NoSuchUpload');
  };
  const open = (recorder: Recorder, options: Readonly<Record<string, string>> = {}): Promise<S3Storage> => {
    aborts = 0;
    return openRemote({
      options: { ...someKeys, endpointurl: recorder.endpoint, ...options },
      env: { AWS_CONFIG_FILE: join(folder, 'config') },
    });
  };

  test('arrives as parts that make it up, in order, and is completed with their ETags', async () => {
    await using recorder = await startRecorder(store);
    await (await open(recorder)).write('key', sourceOf(bytes));
    const parts = recorder.requests.filter((request) => is(request, 'part')).sort((a, b) => (a.target < b.target ? -1 : 1));
    expect(parts.map(({ body }) => body.length)).toEqual([5 * mebibyte, 5 * mebibyte, 2 * mebibyte]);
    expect(Buffer.concat(parts.map(({ body }) => body)).equals(bytes)).toBe(true);
    const complete = recorder.requests.find((request) => is(request, 'complete'))?.body.toString() ?? '';
    expect([...complete.matchAll(/etag-(\d)[^<]*<\/ETag><PartNumber>(\d)/gu)].map(([, etag, number]) => [etag, number])).toEqual([
      ['1', '1'],
      ['2', '2'],
      ['3', '3'],
    ]);
  });

  test('without TLS each part is signed', async () => {
    await using recorder = await startRecorder(store);
    await (await open(recorder)).write('key', sourceOf(bytes));
    for (const { headers, body } of recorder.requests.filter((request) => is(request, 'part'))) {
      expect(headers['x-amz-content-sha256']).toBe(sha256(body));
    }
  });

  test('encryption and access go with the start, the customer key with every step that takes it', async () => {
    await using recorder = await startRecorder(store);
    const key = Buffer.alloc(32, 1).toString('base64');
    await (await open(recorder, { sse_customer_key: key, acl: 'private' })).write('key', sourceOf(bytes));
    const started = recorder.requests.find((request) => is(request, 'start'));
    expect(started?.headers).toMatchObject({ 'x-amz-acl': 'private', 'x-amz-server-side-encryption-customer-key': key });
    for (const { headers } of recorder.requests.filter((request) => is(request, 'part'))) {
      expect(headers['x-amz-server-side-encryption-customer-key']).toBe(key);
      expect(headers).not.toHaveProperty('x-amz-acl');
    }
  });

  test('with another MD5 than was promised is given up', async () => {
    await using recorder = await startRecorder(store);
    const storage = await open(recorder);
    const error = await storageErrorOf(storage.write('key', sourceOf(bytes), { md5: md5(Buffer.from('others'), 'hex') }));
    expect(error.code).toBe('invalid-request');
    expect(recorder.requests.some((request) => is(request, 'complete'))).toBe(false);
    expect(recorder.requests.some((request) => is(request, 'abort'))).toBe(true);
  });

  test('of which a part fails is given up, and the other parts are stopped', async () => {
    await using recorder = await startRecorder((request, raw) =>
      is(request, 'part') && request.target.includes('partNumber=2') ? s3Error(503, 'SlowDown') : store(request, raw),
    );
    expect(await storageErrorOf((await open(recorder)).write('key', sourceOf(bytes)))).toMatchObject({ code: 'rate-limited' });
    expect(recorder.requests.some((request) => is(request, 'complete'))).toBe(false);
    expect(recorder.requests.at(-1)).toSatisfy((request: RecordedRequest) => is(request, 'abort'));
  });

  test('of which a part fails for a moment sends that part again, where whoever calls repeats steps', async () => {
    let failures = 0;
    await using recorder = await startRecorder((request, raw) =>
      is(request, 'part') && request.target.includes('partNumber=2') && ++failures <= 2 ? s3Error(503, 'SlowDown') : store(request, raw),
    );
    await (await open(recorder)).write('key', sourceOf(bytes), { md5: md5(bytes, 'hex'), step: threeTries });
    const parts = recorder.requests.filter((request) => is(request, 'part'));
    expect(parts.map(({ target }) => /partNumber=(\d)/u.exec(target)?.[1] ?? '').toSorted()).toEqual(['1', '2', '2', '2', '3']);
    expect(recorder.requests.some((request) => is(request, 'complete'))).toBe(true);
    expect(recorder.requests.some((request) => is(request, 'abort'))).toBe(false);
  });

  test('is given up again until the store knows no such upload', async () => {
    let given = 0;
    await using recorder = await startRecorder((request, raw) => {
      if (is(request, 'abort')) return ++given < 3 ? { status: 204 } : s3Error(404, 'NoSuchUpload');
      return is(request, 'part') ? s3Error(500, 'InternalError') : store(request, raw);
    });
    await storageErrorOf((await open(recorder)).write('key', sourceOf(bytes)));
    expect(given).toBe(3);
  });

  test('that fails to complete although the status is 200 has failed', async () => {
    await using recorder = await startRecorder((request, raw) =>
      is(request, 'complete') ? { ...s3Error(200, 'InternalError'), status: 200 } : store(request, raw),
    );
    expect(await storageErrorOf((await open(recorder)).write('key', sourceOf(bytes)))).toMatchObject({ code: 'unavailable' });
    expect(recorder.requests.at(-1)).toSatisfy((request: RecordedRequest) => is(request, 'abort'));
  });

  test('that is aborted rejects with the reason and is given up in the store', async () => {
    const controller = new AbortController();
    await using recorder = await startRecorder((request, raw) => {
      if (is(request, 'part')) controller.abort(new Error('enough'));
      return store(request, raw);
    });
    await expect((await open(recorder)).write('key', sourceOf(bytes), { signal: controller.signal })).rejects.toThrow('enough');
    expect(recorder.requests.some((request) => is(request, 'complete'))).toBe(false);
    expect(recorder.requests.at(-1)).toSatisfy((request: RecordedRequest) => is(request, 'abort'));
  });

  test.each([
    [100 * mebibyte, 16 * mebibyte],
    [10_000 * 16 * mebibyte, 16 * mebibyte],
    [10_000 * 16 * mebibyte + 1, 17 * mebibyte],
    [5 * 1024 * 1024 * mebibyte, 525 * mebibyte],
  ])('of %i bytes is cut into parts of %i: never more than 10,000', (size, part) => {
    expect(partSizeFor(size, 16 * mebibyte)).toBe(part);
    expect(Math.ceil(size / part)).toBeLessThanOrEqual(10_000);
  });
});
