import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type AddressStyle, addressOf } from '../src/s3-address.ts';
import { connectTo, openRemote, someKeys, sourceOf, storageErrorOf } from './support/open-remote.ts';
import { type Recorder, startRecorder } from './support/recorder.ts';

const aws: AddressStyle = {
  bucket: 'models',
  endpoint: undefined,
  plainHttp: false,
  addressing: 'auto',
  dualstack: false,
  fips: false,
  accelerate: false,
};

/** Where an object `key` is asked for. */
function urlOf(style: Partial<AddressStyle>, region = 'eu-west-1'): string {
  const { origin, basePath } = addressOf({ ...aws, ...style }, region);
  return `${origin}${basePath}/key`;
}

describe('the address of an object', () => {
  test.each([
    ['AWS: the bucket is a host', {}, 'https://models.s3.eu-west-1.amazonaws.com/key'],
    ['a bucket with dots, which no wildcard certificate covers: by path', { bucket: 'a.b' }, 'https://s3.eu-west-1.amazonaws.com/a.b/key'],
    ['a bucket with dots without TLS: a host', { bucket: 'a.b', plainHttp: true }, 'http://a.b.s3.eu-west-1.amazonaws.com/key'],
    ['a bucket that is no host name: by path', { bucket: 'My_Bucket' }, 'https://s3.eu-west-1.amazonaws.com/My_Bucket/key'],
    ['an endpoint: by path', { endpoint: 'https://minio.example:9000' }, 'https://minio.example:9000/models/key'],
    ['an endpoint with a path: below it', { endpoint: 'https://gw.example/s3/' }, 'https://gw.example/s3/models/key'],
    [
      'an endpoint and addressing_style = virtual',
      { endpoint: 'https://s3.example', addressing: 'virtual' },
      'https://models.s3.example/key',
    ],
    [
      'an IP address: by path, whatever the style',
      { endpoint: 'http://10.0.0.1:9000', addressing: 'virtual' },
      'http://10.0.0.1:9000/models/key',
    ],
    ['an IPv6 address: by path', { endpoint: 'http://[::1]:9000', addressing: 'virtual' }, 'http://[::1]:9000/models/key'],
    ['AWS and addressing_style = path', { addressing: 'path' }, 'https://s3.eu-west-1.amazonaws.com/models/key'],
    ['dual stack', { dualstack: true }, 'https://models.s3.dualstack.eu-west-1.amazonaws.com/key'],
    ['FIPS', { fips: true }, 'https://models.s3-fips.eu-west-1.amazonaws.com/key'],
    ['acceleration', { accelerate: true }, 'https://models.s3-accelerate.amazonaws.com/key'],
  ] as const)('%s', (_case, style, url) => {
    expect(urlOf(style)).toBe(url);
  });

  test.each([
    ['cn-north-1', 'amazonaws.com.cn'],
    ['us-gov-west-1', 'amazonaws.com'],
    ['us-iso-east-1', 'c2s.ic.gov'],
    ['us-isob-east-1', 'sc2s.sgov.gov'],
    ['eusc-de-east-1', 'amazonaws.eu'],
  ])('in %s ends in %s', (region, domain) => {
    expect(urlOf({}, region)).toBe(`https://models.s3.${region}.${domain}/key`);
  });

  test.each(['elsewhere.example/', 'x@elsewhere.example', 'eu-west-1.elsewhere', ''])(
    'of AWS is never made from a region like %j',
    (region) => {
      expect(() => urlOf({}, region)).toThrow('is not an AWS region');
    },
  );
});

describe('on the wire', () => {
  let recorder: Recorder;
  beforeEach(async () => {
    recorder = await startRecorder();
  });
  afterEach(() => recorder[Symbol.asyncDispose]());
  const target = async (url: string, key: string): Promise<string> => {
    await (await openRemote({ url, options: { ...someKeys, endpointurl: recorder.endpoint } })).stat(key);
    return recorder.only().target;
  };

  test.each([
    ['a b', 'a%20b'],
    ['a+b', 'a%2Bb'],
    ['100%', '100%25'],
    ['%41', '%2541'],
    ['a#b?c', 'a%23b%3Fc'],
    ["!'()*", '%21%27%28%29%2A'],
    ['~-._', '~-._'],
    ['é/日本', '%C3%A9/%E6%97%A5%E6%9C%AC'],
    ['a//b', 'a//b'],
    ['./a/../b', './a/../b'],
    ['&=;,:@$', '%26%3D%3B%2C%3A%40%24'],
    ['\u0001\n', '%01%0A'],
  ])('the key %j goes as %s', async (key, encoded) => {
    expect(await target('s3://bucket', key)).toBe(`/bucket/${encoded}`);
  });

  test('a key of 1024 bytes goes whole', async () => {
    expect(await target('s3://bucket', 'é'.repeat(512))).toBe(`/bucket/${'%C3%A9'.repeat(512)}`);
  });

  test.each([
    ['s3://bucket', '/bucket/key'],
    ['s3://bucket/', '/bucket/key'],
    ['s3://bucket/data/', '/bucket/data/key'],
    ['s3://bucket/a b/%20', '/bucket/a%20b/%2520/key'],
  ])('keys of %s lie at %s', async (url, expected) => {
    expect(await target(url, 'key')).toBe(expected);
  });

  test('a key that is no Unicode is refused', async () => {
    const storage = await openRemote({ options: { ...someKeys, endpointurl: recorder.endpoint } });
    expect(await storageErrorOf(storage.stat('\ud800'))).toMatchObject({ code: 'invalid-request' });
  });

  test('AWS over TLS: host, certificate and signature are of the bucket', async () => {
    await using secure = await startRecorder(undefined, { tls: true });
    const storage = await openRemote({ options: { ...someKeys, region: 'us-east-1' }, connector: connectTo(secure.port) });
    await storage.write('key', sourceOf(Buffer.from('bytes')));
    expect(secure.only()).toMatchObject({ target: '/prefix/key', headers: { host: 'bucket.s3.us-east-1.amazonaws.com' } });
    expect(secure.only().headers['authorization']).toMatch(/SignedHeaders=[^,]*\bhost\b/u);
  });

  test.each([
    ['AWS_ENDPOINT_URL_S3', true],
    ['AWS_ENDPOINT_URL', true],
  ])('%s is the endpoint when the remote names none', async (variable) => {
    await (await openRemote({ options: someKeys, env: { [variable]: recorder.endpoint } })).stat('key');
    expect(recorder.requests).toHaveLength(1);
  });

  test('endpointurl goes before AWS_ENDPOINT_URL_S3', async () => {
    const env = { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' };
    await (await openRemote({ options: { ...someKeys, endpointurl: recorder.endpoint }, env })).stat('key');
    expect(recorder.requests).toHaveLength(1);
  });

  test.each(['localhost:9000', 'ftp://store.example', 'https://user@store.example', 'https://store.example?x=1'])(
    'endpointurl = %s is refused when the remote is opened',
    async (endpointurl) => {
      expect(await storageErrorOf(openRemote({ options: { ...someKeys, endpointurl } }))).toMatchObject({ code: 'invalid-request' });
    },
  );

  test.each([
    ['s3://', 'invalid-request'],
    ['s3://user:password@bucket/x', 'invalid-request'],
    ['s3://models--use1-az4--x-s3', 'unsupported'],
    ['s3://arn:aws:s3:us-east-1:1:accesspoint/x', 'unsupported'],
  ])('%s is refused when it is opened', async (url, code) => {
    expect(await storageErrorOf(openRemote({ url, options: someKeys }))).toMatchObject({ code });
  });
});
