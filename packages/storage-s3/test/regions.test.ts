import { describe, expect, test } from 'vitest';

import { connectTo, openRemote, someKeys, sourceOf, storageErrorOf } from './support/open-remote.ts';
import { type RecordedRequest, type Recorder, s3Error, startRecorder } from './support/recorder.ts';

const regionOf = ({ headers }: RecordedRequest): string | undefined =>
  /\/([^/]+)\/s3\/aws4_request/u.exec(headers['authorization'] ?? '')?.[1];
const signedFor = (recorder: Recorder): readonly (string | undefined)[] => recorder.requests.map(regionOf);
const open = (recorder: Recorder, options: Readonly<Record<string, string | boolean>> = {}): ReturnType<typeof openRemote> =>
  openRemote({ options: { ...someKeys, endpointurl: recorder.endpoint, ...options } });

describe('a store in another region than the one that was signed for', () => {
  test('names it in its error: the request is signed again for it, and later ones at once', async () => {
    await using recorder = await startRecorder((request) =>
      regionOf(request) === 'eu-central-1' ? {} : s3Error(400, 'AuthorizationHeaderMalformed', '<Region>eu-central-1</Region>'),
    );
    const storage = await open(recorder);
    await storage.write('a', sourceOf(Buffer.from('bytes')));
    await storage.write('b', sourceOf(Buffer.from('bytes')));
    expect(signedFor(recorder)).toEqual(['us-east-1', 'eu-central-1', 'eu-central-1']);
    expect(recorder.requests.at(-1)?.body.toString()).toBe('bytes');
  });

  test('names it in the sentence only', async () => {
    await using recorder = await startRecorder((request) => {
      if (regionOf(request) === 'default') return {};
      const text = "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'default'";
      return { status: 400, body: `<Error><Code>AuthorizationHeaderMalformed</Code><Message>${text}</Message></Error>` };
    });
    await (await open(recorder)).read('a');
    expect(signedFor(recorder)).toEqual(['us-east-1', 'default']);
  });

  test('cannot name it to a HEAD: the same is asked as a GET of one byte', async () => {
    await using recorder = await startRecorder((request) => {
      if (regionOf(request) === 'eu-central-1') return {};
      return s3Error(400, 'AuthorizationHeaderMalformed', '<Region>eu-central-1</Region>');
    });
    await (await open(recorder)).stat('a');
    expect(recorder.requests.map(({ method, headers }) => `${method} ${headers['range'] ?? ''}`.trim())).toEqual([
      'HEAD',
      'GET bytes=0-0',
      'HEAD',
    ]);
  });

  test('that goes on complaining is not asked for ever', async () => {
    let regions = 0;
    await using recorder = await startRecorder(() => s3Error(400, 'AuthorizationHeaderMalformed', `<Region>region-${++regions}</Region>`));
    expect(await storageErrorOf((await open(recorder)).read('a'))).toMatchObject({ code: 'invalid-request' });
    expect(recorder.requests).toHaveLength(2);
  });
});

describe('AWS: a bucket in another region', () => {
  test.each([301, 307])('%i: the request goes to the host of that region, signed for it', async (status) => {
    await using aws = await startRecorder((request) =>
      regionOf(request) === 'eu-west-1' ? {} : s3Error(status, 'PermanentRedirect', '', { 'x-amz-bucket-region': 'eu-west-1' }),
    );
    const storage = await openRemote({ options: { ...someKeys, use_ssl: false, region: 'us-east-1' }, connector: connectTo(aws.port) });
    await storage.stat('a');
    expect(aws.requests.map(({ headers }) => headers['host'])).toEqual([
      'bucket.s3.us-east-1.amazonaws.com',
      'bucket.s3.eu-west-1.amazonaws.com',
    ]);
  });

  test('nothing is sent to another host, whatever the answer names as one', async () => {
    await using elsewhere = await startRecorder();
    await using recorder = await startRecorder(() => ({
      ...s3Error(307, 'TemporaryRedirect', `<Endpoint>127.0.0.1:${elsewhere.port}</Endpoint>`),
      headers: { location: `${elsewhere.endpoint}/bucket/prefix/a` },
    }));
    expect(await storageErrorOf((await open(recorder)).read('a'))).toMatchObject({ code: 'invalid-request' });
    expect(elsewhere.requests).toHaveLength(0);
  });

  test('a region that is no host label goes nowhere', async () => {
    await using aws = await startRecorder(() => s3Error(301, 'PermanentRedirect', '<Region>x.elsewhere.example</Region>'));
    const storage = await openRemote({ options: { ...someKeys, use_ssl: false, region: 'us-east-1' }, connector: connectTo(aws.port) });
    expect(await storageErrorOf(storage.read('a'))).toMatchObject({ code: 'invalid-request' });
    expect(aws.requests).toHaveLength(1);
  });
});

describe('a clock that is wrong', () => {
  const serverTime = new Date('2031-05-06T07:08:09Z');
  const early = (request: RecordedRequest): boolean => request.headers['x-amz-date']?.startsWith('20310506T0708') !== true;

  test("is put right by the store's", async () => {
    await using recorder = await startRecorder((request) => ({
      ...(early(request) ? s3Error(403, 'RequestTimeTooSkewed') : {}),
      headers: { date: serverTime.toUTCString() },
    }));
    const storage = await open(recorder);
    await storage.read('a');
    await storage.read('b');
    expect(recorder.requests.map(early)).toEqual([true, false, false]);
  });

  test('and stays wrong is said so', async () => {
    await using recorder = await startRecorder(() => s3Error(403, 'RequestTimeTooSkewed'));
    const error = await storageErrorOf((await open(recorder)).read('a'));
    expect(error).toMatchObject({ code: 'invalid-request', hint: expect.stringContaining('clock') });
  });
});
