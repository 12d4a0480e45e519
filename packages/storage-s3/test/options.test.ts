import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { s3Options } from '../src/s3-options.ts';
import { connectTo, openRemote, someKeys, sourceOf, storageErrorOf } from './support/open-remote.ts';
import { authorityFile, type Recorder, startRecorder } from './support/recorder.ts';

let recorder: Recorder;
beforeEach(async () => {
  recorder = await startRecorder();
});
afterEach(() => recorder[Symbol.asyncDispose]());

const open = (options: Readonly<Record<string, string | boolean | number>>, env: Readonly<Record<string, string>> = {}) =>
  openRemote({ options: { ...someKeys, endpointurl: recorder.endpoint, ...options }, env });

async function put(options: Readonly<Record<string, string | boolean | number>>): Promise<Readonly<Record<string, string>>> {
  await (await open(options)).write('key', sourceOf(Buffer.from('bytes')));
  return recorder.only().headers;
}

test('the plugin takes every option that DVC takes for S3', () => {
  expect(Object.keys(s3Options).sort()).toEqual(
    (
      'region profile credentialpath configpath endpointurl access_key_id secret_access_key session_token listobjects use_ssl ' +
      'allow_anonymous_login ssl_verify sse sse_kms_key_id sse_customer_algorithm sse_customer_key acl grant_read grant_read_acp ' +
      'grant_write_acp grant_full_control cache_regions read_timeout connect_timeout verify'
    )
      .split(' ')
      .sort(),
  );
});

test('keys and tokens are secret', () => {
  const secret = Object.keys(s3Options).filter((name) => s3Options[name]?.secret === true);
  expect(secret.sort()).toEqual(['access_key_id', 'secret_access_key', 'session_token', 'sse_customer_key']);
});

test('region is the one that requests are signed for', async () => {
  await (await open({ region: 'eu-west-3' })).stat('key');
  expect(recorder.only().headers['authorization']).toContain('/eu-west-3/s3/aws4_request');
});

test('endpointurl is where requests go, its path included', async () => {
  await (await open({ endpointurl: `${recorder.endpoint}/gateway/` })).stat('key');
  expect(recorder.only().target).toBe('/gateway/bucket/prefix/key');
});

test('access_key_id signs, and the secret key is not sent', async () => {
  await (await open({})).stat('key');
  expect(recorder.only().headers['authorization']).toContain('Credential=AKIDEXAMPLE/');
  expect(JSON.stringify(recorder.only())).not.toContain(someKeys.secret_access_key);
});

test('session_token is sent, and signed', async () => {
  await (await open({ session_token: 'the-token' })).stat('key');
  expect(recorder.only().headers['x-amz-security-token']).toBe('the-token');
  expect(recorder.only().headers['authorization']).toMatch(/SignedHeaders=[^,]*x-amz-security-token/u);
});

test('allow_anonymous_login sends requests unsigned, credentials in the environment or not', async () => {
  const keys = { AWS_ACCESS_KEY_ID: 'AKIDENV', AWS_SECRET_ACCESS_KEY: 'secret' };
  await (await openRemote({ options: { endpointurl: recorder.endpoint, allow_anonymous_login: true }, env: keys })).stat('key');
  expect(recorder.only().headers).not.toHaveProperty('authorization');
});

test('sse asks for encryption in the store', async () => {
  expect(await put({ sse: 'AES256' })).toMatchObject({ 'x-amz-server-side-encryption': 'AES256' });
});

test('sse_kms_key_id names the key of the encryption', async () => {
  expect(await put({ sse: 'aws:kms', sse_kms_key_id: 'key-1' })).toMatchObject({
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': 'key-1',
  });
});

describe('sse_customer_key', () => {
  const key = Buffer.alloc(32, 7);
  const expected = {
    'x-amz-server-side-encryption-customer-algorithm': 'AES256',
    'x-amz-server-side-encryption-customer-key': key.toString('base64'),
    'x-amz-server-side-encryption-customer-key-md5': createHash('md5').update(key).digest('base64'),
  };

  test.each(['write', 'stat', 'read'] as const)('goes with each %s, with its digest', async (call) => {
    const storage = await open({ sse_customer_key: key.toString('base64') });
    if (call === 'write') await storage.write('key', sourceOf(Buffer.from('bytes')));
    else await storage[call]('key');
    expect(recorder.only().headers).toMatchObject(expected);
  });

  test('has its algorithm from sse_customer_algorithm', async () => {
    const headers = await put({ sse_customer_key: key.toString('base64'), sse_customer_algorithm: 'AES128' });
    expect(headers['x-amz-server-side-encryption-customer-algorithm']).toBe('AES128');
  });

  test('excludes sse_kms_key_id', async () => {
    const error = await storageErrorOf(open({ sse_customer_key: key.toString('base64'), sse_kms_key_id: 'key-1' }));
    expect(error).toMatchObject({ code: 'invalid-request', message: expect.stringContaining('sse_kms_key_id') });
  });
});

test('acl gives new objects a canned ACL', async () => {
  expect(await put({ acl: 'bucket-owner-full-control' })).toMatchObject({ 'x-amz-acl': 'bucket-owner-full-control' });
});

test('an acl that S3 does not have is refused before anything is sent', async () => {
  expect(await storageErrorOf(open({ acl: 'everybody' }))).toMatchObject({ code: 'invalid-request' });
});

test.each([
  ['grant_read', 'x-amz-grant-read'],
  ['grant_read_acp', 'x-amz-grant-read-acp'],
  ['grant_write_acp', 'x-amz-grant-write-acp'],
  ['grant_full_control', 'x-amz-grant-full-control'],
])('%s goes with new objects', async (option, header) => {
  expect(await put({ [option]: 'id=somebody' })).toMatchObject({ [header]: 'id=somebody' });
});

test('acl excludes grants', async () => {
  expect(await storageErrorOf(open({ acl: 'private', grant_read: 'id=somebody' }))).toMatchObject({ code: 'invalid-request' });
});

test('encryption and access options do not go with reads', async () => {
  await (await open({ sse: 'AES256', acl: 'private' })).read('key');
  expect(Object.keys(recorder.only().headers).filter((name) => /encryption|acl|grant/u.test(name))).toEqual([]);
});

test('use_ssl = false takes http for addresses of AWS', async () => {
  const options = { ...someKeys, use_ssl: false, region: 'us-east-1' };
  await (await openRemote({ options, connector: connectTo(recorder.port) })).stat('key');
  expect(recorder.only().headers['host']).toBe('bucket.s3.us-east-1.amazonaws.com');
});

test('use_ssl does not change the scheme of endpointurl', async () => {
  await (await open({ use_ssl: true })).stat('key');
  expect(recorder.requests).toHaveLength(1);
});

describe('ssl_verify', () => {
  let secure: Recorder;
  beforeEach(async () => {
    secure = await startRecorder(undefined, { tls: true });
  });
  afterEach(() => secure[Symbol.asyncDispose]());

  test('true refuses a certificate that nobody known signed, and names the option', async () => {
    const error = await storageErrorOf((await open({ endpointurl: secure.endpoint, ssl_verify: true })).stat('key'));
    expect(error).toMatchObject({ code: 'invalid-request', hint: expect.stringContaining('ssl_verify') });
    expect(secure.requests).toHaveLength(0);
  });

  test('a file is the authorities to trust', async () => {
    await (await open({ endpointurl: secure.endpoint, ssl_verify: authorityFile })).stat('key');
    expect(secure.requests).toHaveLength(1);
  });

  test('false takes any certificate', async () => {
    await (await open({ endpointurl: secure.endpoint, ssl_verify: false })).stat('key');
    expect(secure.requests).toHaveLength(1);
  });

  test('AWS_CA_BUNDLE is the file when the option names none', async () => {
    await (await open({ endpointurl: secure.endpoint }, { AWS_CA_BUNDLE: authorityFile })).stat('key');
    expect(secure.requests).toHaveLength(1);
  });

  test('a file that is not there is said so when the remote is opened', async () => {
    expect(await storageErrorOf(open({ ssl_verify: '/no/such/file.pem' }))).toMatchObject({
      code: 'invalid-request',
      message: expect.stringContaining('/no/such/file.pem'),
    });
  });
});

describe('cache_regions', () => {
  const byHost = (): ReturnType<typeof startRecorder> =>
    startRecorder(({ headers }) => ({
      headers: headers['host']?.includes('eu-west-1') === true ? {} : { 'x-amz-bucket-region': 'eu-west-1' },
    }));

  test("is on: without a region the bucket's is asked for first, once, unsigned", async () => {
    await using aws = await byHost();
    const storage = await openRemote({ options: { ...someKeys, use_ssl: false }, connector: connectTo(aws.port) });
    await Promise.all([storage.stat('a'), storage.stat('b')]);
    const [lookUp, ...rest] = aws.requests;
    expect(lookUp).toMatchObject({ method: 'HEAD', target: '/' });
    expect(lookUp?.headers).not.toHaveProperty('authorization');
    expect(rest.map(({ headers }) => headers['host'])).toEqual(Array(2).fill('bucket.s3.eu-west-1.amazonaws.com'));
  });

  test('= false asks nothing before', async () => {
    await using aws = await byHost();
    await (await openRemote({ options: { ...someKeys, use_ssl: false, cache_regions: false }, connector: connectTo(aws.port) })).stat('a');
    expect(aws.only().target).toBe('/prefix/a');
  });
});

test('read_timeout ends a call when the store stays silent', async () => {
  await using silent = await startRecorder(() => undefined);
  const error = await storageErrorOf((await open({ endpointurl: silent.endpoint, read_timeout: 1 })).stat('key'));
  expect(error.code).toBe('timeout');
});

test('connect_timeout ends a call when no connection comes about', async () => {
  // takes connections and never answers the TLS handshake
  const server = createTcpServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const storage = await open({ endpointurl: `https://127.0.0.1:${port}`, connect_timeout: 1, read_timeout: 3600 });
  const error = await storageErrorOf(storage.stat('key'));
  server.close();
  expect(error.code).toBe('timeout');
});

test.each(['verify', 'listobjects'])('%s changes no request', async (option) => {
  await (await open({})).stat('key');
  await (await open({ [option]: true })).stat('key');
  const [without, withOption] = recorder.requests.map(({ method, target }) => `${method} ${target}`);
  expect(withOption).toBe(without);
});
