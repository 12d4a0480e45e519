import type { ObjectInfo } from '@datapin/storage';
import { describe, expect, test } from 'vitest';

import { openRemote, type S3Storage, someKeys, storageErrorOf } from './support/open-remote.ts';
import { type Recorder, s3Error, startRecorder } from './support/recorder.ts';

const open = (recorder: Recorder): Promise<S3Storage> => openRemote({ options: { ...someKeys, endpointurl: recorder.endpoint } });

async function listed(storage: S3Storage, prefix = ''): Promise<readonly (readonly ObjectInfo[])[]> {
  const pages: (readonly ObjectInfo[])[] = [];
  for await (const objects of storage.list(prefix)) pages.push(objects);
  return pages;
}

const object = (key: string, size = 1): string => `<Contents><Key>${key}</Key><Size>${size}</Size><ETag>&quot;e&quot;</ETag></Contents>`;
const page = (contents: string, more = ''): string =>
  `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${more}${contents}</ListBucketResult>`;

describe('list', () => {
  test("asks below the remote's prefix and gives keys relative to it", async () => {
    await using recorder = await startRecorder(() => ({ body: page(object('prefix/files/md5/aa/bb', 7)) }));
    expect(await listed(await open(recorder), 'files/')).toEqual([[{ key: 'files/md5/aa/bb', size: 7, etag: '"e"' }]]);
    const query = new URL(recorder.only().target, recorder.endpoint).searchParams;
    expect(Object.fromEntries(query)).toMatchObject({ 'list-type': '2', prefix: 'prefix/files/' });
  });

  test('goes on from page to page by the token of the one before', async () => {
    await using recorder = await startRecorder(({ target }) => {
      if (target.includes('continuation-token=')) return { body: page(object('prefix/b')) };
      return { body: page(object('prefix/a'), '<IsTruncated>true</IsTruncated><NextContinuationToken>t/+=</NextContinuationToken>') };
    });
    expect((await listed(await open(recorder))).map((objects) => objects.map(({ key }) => key))).toEqual([['a'], ['b']]);
    expect(new URL(recorder.requests[1]?.target ?? '', recorder.endpoint).searchParams.get('continuation-token')).toBe('t/+=');
  });

  test('takes keys as they are where the store did not encode them', async () => {
    await using recorder = await startRecorder(() => ({ body: page(object('prefix/100%25+&amp;')) }));
    expect((await listed(await open(recorder)))[0]?.[0]?.key).toBe('100%25+&');
  });

  test('decodes keys where the store says that it did', async () => {
    await using recorder = await startRecorder(() => ({
      body: page(object('prefix%2Fa+b%2B%E6%97%A5%01'), '<EncodingType>url</EncodingType>'),
    }));
    expect((await listed(await open(recorder)))[0]?.[0]?.key).toBe('a b+日\u0001');
  });

  test.each(['my-bucket', 'a.b.c', 'My_Bucket'])('asks the bucket %s, however it is named', async (bucket) => {
    await using recorder = await startRecorder(() => ({ body: page(object('key')) }));
    const storage = await openRemote({ url: `s3://${bucket}`, options: { ...someKeys, endpointurl: recorder.endpoint } });
    expect((await listed(storage))[0]?.[0]?.key).toBe('key');
    expect(recorder.only().target).toMatch(new RegExp(`^/${bucket}/\\?`, 'u'));
  });

  test.each([
    ['half a page', page(object('prefix/a')).slice(0, -20)],
    ['another document', '<html></html>'],
    ['nothing', ''],
    ['a page that goes on nowhere', page(object('prefix/a'), '<IsTruncated>true</IsTruncated>')],
    ['an object without a size', page('<Contents><Key>prefix/a</Key></Contents>')],
  ])('refuses %s: what it misses would count as missing', async (_what, body) => {
    await using recorder = await startRecorder(() => ({ body }));
    expect(await storageErrorOf(listed(await open(recorder)))).toMatchObject({ code: 'invalid-request' });
  });

  test('takes what stores put in other places', async () => {
    const one = '<Contents><ETag>e</ETag><Size>3</Size><StorageClass>STANDARD</StorageClass><Key>prefix/&#x61;&#38;&lt;</Key></Contents>';
    const body = page(`${one}<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>`);
    await using recorder = await startRecorder(({ target }) => ({ body: target.includes('continuation-token') ? page('') : body }));
    expect(await listed(await open(recorder))).toEqual([[{ key: 'a&<', size: 3, etag: 'e' }]]);
    expect(recorder.requests).toHaveLength(2);
  });

  test('of nothing yields no page', async () => {
    await using recorder = await startRecorder(() => ({ body: page('') }));
    expect(await listed(await open(recorder))).toEqual([]);
  });
});

describe('remove', () => {
  test('sends a thousand keys at a time, with the digest that S3 asks for', async () => {
    await using recorder = await startRecorder(() => ({ body: '<DeleteResult></DeleteResult>' }));
    await (await open(recorder)).remove(Array.from({ length: 1001 }, (_, index) => `k${index}`));
    expect(recorder.requests.map(({ body }) => [...body.toString().matchAll(/<Key>prefix\/k/gu)].length)).toEqual([1000, 1]);
    expect(recorder.requests.every(({ headers }) => headers['content-md5'] !== undefined)).toBe(true);
  });

  test('fails when the store removed all but one', async () => {
    const body = '<DeleteResult><Error><Key>prefix/a</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>';
    await using recorder = await startRecorder(() => ({ body }));
    const error = await storageErrorOf((await open(recorder)).remove(['a', 'b']));
    expect(error).toMatchObject({ code: 'forbidden', message: expect.stringContaining('s3://bucket/prefix/a') });
  });
});

test('failures of the rarer calls are told like all others', async () => {
  await using recorder = await startRecorder(() => s3Error(503, 'SlowDown', '', { 'retry-after': '2' }));
  const storage = await open(recorder);
  expect(await storageErrorOf(listed(storage))).toMatchObject({ code: 'rate-limited', status: 503, retryAfterMs: 2000 });
  expect(await storageErrorOf(storage.remove(['a']))).toMatchObject({ code: 'rate-limited' });
  expect(recorder.requests).toHaveLength(2);
});
