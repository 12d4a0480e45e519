import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { openRemote, type RemoteToOpen, someKeys, storageErrorOf } from './support/open-remote.ts';
import { type Recorder, type Respond, s3Error, startRecorder } from './support/recorder.ts';

let home: string;
let recorder: Recorder;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'storage-s3-'));
  recorder = await startRecorder();
});
afterEach(async () => {
  await recorder[Symbol.asyncDispose]();
  await rm(home, { recursive: true });
});

async function file(path: string, text: string): Promise<string> {
  const name = join(home, path);
  await mkdir(dirname(name), { recursive: true });
  await writeFile(name, text);
  return name;
}

const open = ({ options = {}, env = {}, ...more }: RemoteToOpen = {}): ReturnType<typeof openRemote> =>
  openRemote({ ...more, options: { endpointurl: recorder.endpoint, region: 'us-east-1', ...options }, env: { HOME: home, ...env } });

/** The access key that a request is signed with, and its session token. */
async function keyOf(remote: RemoteToOpen = {}): Promise<string> {
  await (await open(remote)).stat('key');
  const { authorization = '', 'x-amz-security-token': token } = recorder.requests.at(-1)?.headers ?? {};
  const key = /Credential=([^/]+)\//u.exec(authorization)?.[1] ?? 'none';
  return token === undefined ? key : `${key} with ${token}`;
}

const failureOf = async (remote: RemoteToOpen): ReturnType<typeof storageErrorOf> => storageErrorOf((await open(remote)).stat('key'));

const environmentKeys = { AWS_ACCESS_KEY_ID: 'AKIDENV', AWS_SECRET_ACCESS_KEY: 'secret-of-env' };
const profiles =
  '[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = secret-d\n[work]\naws_access_key_id = AKIDWORK\naws_secret_access_key = secret-w\n';

/** An answer of STS with temporary credentials. */
function assumed(action: string, key: string): string {
  const credentials = `<Credentials><AccessKeyId>${key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>temporary</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials>`;
  return `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${credentials}</${action}Result></${action}Response>`;
}

describe('the first place that has credentials wins', () => {
  beforeEach(() => file('.aws/credentials', profiles));

  test.each([
    ['options of the remote', { options: { ...someKeys, profile: 'work' }, env: environmentKeys }, 'AKIDEXAMPLE'],
    ['its profile', { options: { profile: 'work' }, env: environmentKeys }, 'AKIDWORK'],
    ['the environment', { env: { ...environmentKeys, AWS_PROFILE: 'work' } }, 'AKIDENV'],
    ['AWS_PROFILE', { env: { AWS_PROFILE: 'work' } }, 'AKIDWORK'],
    ['AWS_DEFAULT_PROFILE before AWS_PROFILE', { env: { AWS_DEFAULT_PROFILE: 'work', AWS_PROFILE: 'other' } }, 'AKIDWORK'],
    ['the default profile', {}, 'AKIDDEFAULT'],
  ])('%s', async (_place, remote, key) => {
    expect(await keyOf(remote)).toBe(key);
  });
});

test('AWS_SESSION_TOKEN goes with the keys of the environment', async () => {
  expect(await keyOf({ env: { ...environmentKeys, AWS_SESSION_TOKEN: 'session' } })).toBe('AKIDENV with session');
});

test("variables of this process are none of the remote's", async () => {
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIDPROCESS';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
  try {
    expect(await failureOf({})).toMatchObject({ code: 'unauthenticated' });
  } finally {
    delete process.env['AWS_ACCESS_KEY_ID'];
    delete process.env['AWS_SECRET_ACCESS_KEY'];
  }
});

describe('shared files', () => {
  test('a profile may be in the config file', async () => {
    await file('.aws/config', '[profile work]\naws_access_key_id = AKIDCONFIG\naws_secret_access_key = s\naws_session_token = t\n');
    expect(await keyOf({ options: { profile: 'work' } })).toBe('AKIDCONFIG with t');
  });

  test('credentialpath and configpath name the files', async () => {
    const credentialpath = await file('a/credentials', '[work]\naws_access_key_id = AKIDPATH\naws_secret_access_key = s\n');
    const configpath = await file('a/config', '[profile work]\nregion = eu-north-1\n');
    const storage = await openRemote({ options: { endpointurl: recorder.endpoint, profile: 'work', credentialpath, configpath } });
    await storage.stat('key');
    expect(recorder.only().headers['authorization']).toContain('Credential=AKIDPATH/');
    expect(recorder.only().headers['authorization']).toContain('/eu-north-1/s3/');
  });

  test('AWS_SHARED_CREDENTIALS_FILE goes before credentialpath', async () => {
    const credentialpath = await file('a/credentials', '[default]\naws_access_key_id = AKIDPATH\naws_secret_access_key = s\n');
    const named = await file('b/credentials', '[default]\naws_access_key_id = AKIDNAMED\naws_secret_access_key = s\n');
    expect(await keyOf({ options: { credentialpath }, env: { AWS_SHARED_CREDENTIALS_FILE: named } })).toBe('AKIDNAMED');
  });

  test('AWS_CONFIG_FILE goes before configpath', async () => {
    const configpath = await file('a/config', '[default]\naws_access_key_id = AKIDPATH\naws_secret_access_key = s\n');
    const named = await file('b/config', '[default]\naws_access_key_id = AKIDNAMED\naws_secret_access_key = s\n');
    expect(await keyOf({ options: { configpath }, env: { AWS_CONFIG_FILE: named } })).toBe('AKIDNAMED');
  });

  test('a profile that is nowhere is said so, with the files', async () => {
    await file('.aws/credentials', profiles);
    const error = await failureOf({ options: { profile: 'absent' } });
    expect(error).toMatchObject({ code: 'unauthenticated', status: undefined, message: expect.stringContaining('absent') });
    expect(error.hint).toContain(join(home, '.aws', 'credentials'));
    expect(recorder.requests).toHaveLength(0);
  });

  test("a profile's credential_process is run, in the environment that was handed in", async () => {
    const print = `printf '{"Version":1,"AccessKeyId":"%s","SecretAccessKey":"s"}' "$KEY_TO_PRINT"`;
    await file('.aws/config', `[profile work]\ncredential_process = ${print}\n`);
    const env = { PATH: process.env['PATH'] ?? '', KEY_TO_PRINT: 'AKIDCOMMAND' };
    expect(await keyOf({ options: { profile: 'work' }, env })).toBe('AKIDCOMMAND');
  });

  test('what a failing credential_process printed stays out of the error', async () => {
    await file('.aws/config', '[profile work]\ncredential_process = echo a-secret-word >&2; exit 1\n');
    const error = await failureOf({ options: { profile: 'work' }, env: { PATH: process.env['PATH'] ?? '' } });
    expect(error.code).toBe('unauthenticated');
    expect(JSON.stringify([error.message, error.hint, String(error.cause)])).not.toContain('a-secret-word');
  });
});

describe('shared files that the repository itself chose', () => {
  const evil = (marker: string): string => `touch '${marker}'; exit 1`;

  test.each(['configpath', 'credentialpath'])('%s: a command in them is not run', async (option) => {
    const marker = join(home, 'marker');
    const section = option === 'configpath' ? 'profile work' : 'work';
    const path = await file('repository/aws', `[${section}]\ncredential_process = ${evil(marker)}\n`);
    const error = await storageErrorOf(open({ options: { profile: 'work', [option]: path }, tracked: [option] }));
    expect(error).toMatchObject({ code: 'invalid-request', message: expect.stringContaining('credential_process') });
    expect(existsSync(marker)).toBe(false);
  });

  test('a command is not run by way of source_profile either', async () => {
    const marker = join(home, 'marker');
    await file('.aws/config', '[profile work]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\n');
    const credentialpath = await file('repository/aws', `[base]\ncredential_process = ${evil(marker)}\n`);
    await storageErrorOf(open({ options: { profile: 'work', credentialpath }, tracked: ['credentialpath'] }));
    expect(existsSync(marker)).toBe(false);
  });

  test.each(['web_identity_token_file = /etc/hostname', 'endpoint_url = https://elsewhere.example', 'sso_session = x', 'role_arn = arn'])(
    'they may not say %s',
    async (line) => {
      const configpath = await file('repository/aws', `[profile work]\n${line}\n`);
      const error = await storageErrorOf(open({ options: { profile: 'work', configpath }, tracked: ['configpath'] }));
      expect(error.code).toBe('invalid-request');
    },
  );

  test('keys, a region and settings for S3 are fine', async () => {
    const text =
      '[default]\nregion = eu-west-1\naws_access_key_id = AKIDREPO\naws_secret_access_key = s\ns3 =\n  addressing_style = path\n';
    const configpath = await file('repository/aws', text);
    expect(await keyOf({ options: { configpath }, tracked: ['configpath'] })).toBe('AKIDREPO');
  });

  test('named by the environment they are trusted', async () => {
    const marker = join(home, 'marker');
    const path = await file('repository/aws', `[profile work]\ncredential_process = ${evil(marker)}\n`);
    const env = { AWS_CONFIG_FILE: path, PATH: process.env['PATH'] ?? '' };
    await failureOf({ options: { profile: 'work', configpath: path }, tracked: ['configpath'], env });
    expect(existsSync(marker)).toBe(true);
  });
});

describe('services on loopback', () => {
  let service: Recorder;
  afterEach(() => service[Symbol.asyncDispose]());
  const serve = async (respond: Respond): Promise<string> => {
    service = await startRecorder(respond);
    return service.endpoint;
  };

  test('web identity: the token is exchanged for temporary credentials', async () => {
    const endpoint = await serve(() => ({ body: assumed('AssumeRoleWithWebIdentity', 'ASIAWEB') }));
    const token = await file('token', 'the.web.token');
    const env = {
      AWS_WEB_IDENTITY_TOKEN_FILE: token,
      AWS_ROLE_ARN: 'arn:aws:iam::1:role/ci',
      AWS_ROLE_SESSION_NAME: 'run',
      AWS_ENDPOINT_URL_STS: endpoint,
    };
    expect(await keyOf({ env })).toBe('ASIAWEB with temporary');
    const form = new URLSearchParams(service.only().body.toString());
    expect(Object.fromEntries(form)).toMatchObject({
      RoleArn: env.AWS_ROLE_ARN,
      RoleSessionName: 'run',
      WebIdentityToken: 'the.web.token',
    });
  });

  test('web identity: a refusal has the status, and not the token', async () => {
    const body =
      '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not authorized to assume</Message></Error></ErrorResponse>';
    const endpoint = await serve(() => ({ status: 403, body, headers: { 'content-type': 'text/xml' } }));
    const token = await file('token', 'the.web.token');
    const error = await failureOf({
      env: { AWS_WEB_IDENTITY_TOKEN_FILE: token, AWS_ROLE_ARN: 'arn:aws:iam::1:role/ci', AWS_ENDPOINT_URL_STS: endpoint },
    });
    expect(error).toMatchObject({ code: 'unauthenticated', status: 403, message: expect.stringContaining('Not authorized to assume') });
    expect(error.message).not.toContain('the.web.token');
  });

  test('a role is assumed with the keys of its source profile', async () => {
    const endpoint = await serve(() => ({ body: assumed('AssumeRole', 'ASIAROLE') }));
    await file('.aws/config', '[profile work]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\nexternal_id = x\n');
    await file('.aws/credentials', '[base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = s\n');
    expect(await keyOf({ options: { profile: 'work' }, env: { AWS_ENDPOINT_URL_STS: endpoint } })).toBe('ASIAROLE with temporary');
    expect(service.only().headers['authorization']).toContain('Credential=AKIDBASE/');
    expect(service.only().body.toString()).toContain('ExternalId=x');
  });

  test('single sign-on: the cached token is exchanged for credentials of the role', async () => {
    const roleCredentials = { accessKeyId: 'ASIASSO', secretAccessKey: 's', sessionToken: 'sso', expiration: Date.UTC(2100, 0) };
    const endpoint = await serve(() => ({ body: JSON.stringify({ roleCredentials }), headers: { 'content-type': 'application/json' } }));
    const start = 'https://company.awsapps.example/start';
    await file(
      '.aws/config',
      `[profile work]\nsso_start_url = ${start}\nsso_region = us-east-1\nsso_account_id = 1\nsso_role_name = reader\n`,
    );
    const cached = `${createHash('sha1').update(start).digest('hex')}.json`;
    await file(`.aws/sso/cache/${cached}`, JSON.stringify({ accessToken: 'sso-token', expiresAt: '2100-01-01T00:00:00Z' }));
    expect(await keyOf({ options: { profile: 'work' }, env: { AWS_ENDPOINT_URL_SSO: endpoint } })).toBe('ASIASSO with sso');
    expect(service.only().headers['x-amz-sso_bearer_token']).toBe('sso-token');
  });

  const container = { AccessKeyId: 'ASIACONTAINER', SecretAccessKey: 's', Token: 'task', Expiration: '2100-01-01T00:00:00Z' };

  test('container: credentials come from its service, asked with its token', async () => {
    const endpoint = await serve(() => ({ body: JSON.stringify(container) }));
    const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint}/creds?id=1`, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'task-token' };
    expect(await keyOf({ env })).toBe('ASIACONTAINER with task');
    expect(service.only()).toMatchObject({ target: '/creds?id=1', headers: { authorization: 'task-token' } });
  });

  test('container: the token may be in a file', async () => {
    const endpoint = await serve(() => ({ body: JSON.stringify(container) }));
    const AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE = await file('token', 'token-of-file');
    expect(await keyOf({ env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: endpoint, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE } })).toBe(
      'ASIACONTAINER with task',
    );
    expect(service.only().headers['authorization']).toBe('token-of-file');
  });

  test('container: no credentials are fetched in plain text from elsewhere', async () => {
    await serve(() => ({}));
    const error = await failureOf({ env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://elsewhere.example/creds' } });
    expect(error).toMatchObject({ code: 'unauthenticated', status: undefined });
  });

  const instance: Respond = ({ method, target, headers }) => {
    if (method === 'PUT') return { body: 'imds-token' };
    if (headers['x-aws-ec2-metadata-token'] !== 'imds-token') return { status: 401 };
    if (target.endsWith('/security-credentials/')) return { body: 'the-role' };
    return {
      body: JSON.stringify({
        Code: 'Success',
        AccessKeyId: 'ASIAINSTANCE',
        SecretAccessKey: 's',
        Token: 'metadata',
        Expiration: '2100-01-01T00:00:00Z',
      }),
    };
  };

  test('instance: credentials come from the metadata service, with a token of its second version', async () => {
    const endpoint = await serve(instance);
    const env = { AWS_EC2_METADATA_DISABLED: 'false', AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint };
    expect(await keyOf({ env })).toBe('ASIAINSTANCE with metadata');
    expect(service.requests.map(({ target }) => target)).toContain('/latest/meta-data/iam/security-credentials/the-role');
  });

  test('instance: AWS_EC2_METADATA_DISABLED leaves it alone', async () => {
    const endpoint = await serve(instance);
    expect(await failureOf({ env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint } })).toMatchObject({ code: 'unauthenticated' });
    expect(service.requests).toHaveLength(0);
  });

  test('temporary credentials are fetched once for many calls', async () => {
    const endpoint = await serve(instance);
    const storage = await open({ env: { AWS_EC2_METADATA_DISABLED: 'false', AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint } });
    await Promise.all(['a', 'b', 'c'].map((key) => storage.stat(key)));
    expect(service.requests.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });

  test('credentials that are about to expire are fetched again', async () => {
    let issued = 0;
    const endpoint = await serve(() => ({
      body: JSON.stringify({ ...container, AccessKeyId: `ASIA${++issued}`, Expiration: new Date(Date.now() + 60_000).toISOString() }),
    }));
    const storage = await open({ env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: endpoint } });
    await storage.stat('a');
    await storage.stat('b');
    expect(recorder.requests.map(({ headers }) => /Credential=([^/]+)/u.exec(headers['authorization'] ?? '')?.[1])).toEqual([
      'ASIA1',
      'ASIA2',
    ]);
  });

  test('temporary credentials that the store calls expired are fetched again, once', async () => {
    await using store = await startRecorder(({ headers }) =>
      headers['authorization']?.includes('ASIA1') === true ? s3Error(400, 'ExpiredToken') : {},
    );
    let issued = 0;
    const endpoint = await serve(() => ({ body: JSON.stringify({ ...container, AccessKeyId: `ASIA${++issued}` }) }));
    const storage = await open({ options: { endpointurl: store.endpoint }, env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: endpoint } });
    for await (const chunk of await storage.read('a')) expect(chunk).toBeDefined();
    expect(store.requests).toHaveLength(2);
  });
});

test('without any credentials nothing is sent, and the error has no status', async () => {
  const error = await failureOf({});
  expect(error).toMatchObject({ code: 'unauthenticated', status: undefined, hint: expect.stringContaining('AWS_ACCESS_KEY_ID') });
  expect(recorder.requests).toHaveLength(0);
});

test('half a pair of keys is named', async () => {
  expect(await storageErrorOf(open({ options: { access_key_id: 'AKID' } }))).toMatchObject({
    code: 'unauthenticated',
    message: expect.stringContaining('secret_access_key'),
  });
});

test('credentials that are refused have the status of the refusal', async () => {
  await using store = await startRecorder(() => s3Error(403, 'InvalidAccessKeyId'));
  expect(await failureOf({ options: { ...someKeys, endpointurl: store.endpoint } })).toMatchObject({
    code: 'unauthenticated',
    status: 403,
  });
});
