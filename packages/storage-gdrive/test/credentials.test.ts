// oxlint-disable vitest/expect-expect -- `works` expects
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { sourceOf, startFaultProxy } from '@datapin/storage-testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type FakeDrive, startFakeDrive } from '../../../e2e/servers/google-drive/fake-drive.ts';
import { savedCredentialsPath } from '../src/credentials/credential-source.ts';
import { openRemote, type RemoteToOpen, storageErrorOf } from './support/open-remote.ts';

let drive: FakeDrive;
let home: string;
beforeEach(async () => {
  drive = await startFakeDrive();
  home = mkdtempSync(join(tmpdir(), 'datapin-credentials-'));
});
afterEach(async () => {
  await drive[Symbol.asyncDispose]();
  rmSync(home, { recursive: true });
});

const url = 'gdrive://root/data';
const serviceAccountKey = (): string => JSON.stringify(drive.oauth.serviceAccountKey(`${drive.url}/token`));

/** A user's credentials as DVC saves them; the access token in them is an old one. */
function userCredentials(more: object = {}): string {
  const { id, secret } = drive.oauth.client;
  return JSON.stringify({
    access_token: 'ya29.old',
    client_id: id,
    client_secret: secret,
    refresh_token: drive.oauth.refreshToken,
    token_expiry: '2020-01-01T00:00:00Z',
    token_uri: `${drive.url}/token`,
    user_agent: null,
    scopes: ['https://www.googleapis.com/auth/drive'],
    invalid: false,
    _class: 'OAuth2Credentials',
    _module: 'oauth2client.client',
    ...more,
  });
}

function fileOf(path: string, text: string): string {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text);
  return join(home, path);
}

async function works(remote: Omit<RemoteToOpen, 'url'>): Promise<void> {
  await using storage = await openRemote(drive, { url, ...remote });
  await storage.write('x', sourceOf(Buffer.from('1')));
  expect(drive.store.tree(drive.store.rootId)).toEqual(['data/x']);
}

async function fails(remote: Omit<RemoteToOpen, 'url'>): ReturnType<typeof storageErrorOf> {
  return storageErrorOf(works(remote));
}

describe('a service account', () => {
  test('works by the text of its key in GDRIVE_CREDENTIALS_DATA', () =>
    works({ options: { gdrive_use_service_account: true }, env: { GDRIVE_CREDENTIALS_DATA: serviceAccountKey() } }));

  test('works by its key file', () =>
    works({
      options: { gdrive_use_service_account: true, gdrive_service_account_json_file_path: fileOf('key.json', serviceAccountKey()) },
      env: {},
    }));

  test('acts for the user that the options name', async () => {
    await works({
      options: { gdrive_use_service_account: true, gdrive_service_account_user_email: 'person@example.org' },
      env: { GDRIVE_CREDENTIALS_DATA: serviceAccountKey() },
    });
    expect(drive.oauth.lastClaims()['sub']).toBe('person@example.org');
  });

  test('is told where delegation is allowed when it is not', async () => {
    const error = await fails({
      options: { gdrive_use_service_account: true, gdrive_service_account_user_email: 'stranger@example.org' },
      env: { GDRIVE_CREDENTIALS_DATA: serviceAccountKey() },
    });
    expect(error).toMatchObject({ code: 'unauthenticated', status: 401, hint: expect.stringContaining('admin console') });
  });

  test('asks for tokens where its key says, not at Google', async () => {
    await works({ env: { GDRIVE_CREDENTIALS_DATA: serviceAccountKey() } });
    expect(drive.oauth.lastClaims()['aud']).toBe(`${drive.url}/token`);
  });

  test('whose key file is missing is an error, although other credentials are there', async () => {
    const error = await fails({
      options: { gdrive_use_service_account: true, gdrive_service_account_json_file_path: join(home, 'gone.json') },
      env: { GOOGLE_APPLICATION_CREDENTIALS: fileOf('key.json', serviceAccountKey()) },
    });
    expect(error.code).toBe('unauthenticated');
    expect(error.message).toContain('gone.json');
  });

  test('whose key is cut off fails without showing any of it', async () => {
    const error = await fails({ env: { GDRIVE_CREDENTIALS_DATA: serviceAccountKey().slice(0, 400) } });
    expect(error.code).toBe('unauthenticated');
    expect(error.message).not.toContain('PRIVATE');
  });
});

describe('a user', () => {
  test('works by what DVC saved in the user’s cache folder', async () => {
    const env = { HOME: home };
    const path = savedCredentialsPath(env, { clientId: drive.oauth.client.id }) ?? '';
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, userCredentials());
    await works({ options: { gdrive_client_id: drive.oauth.client.id, gdrive_client_secret: 'x' }, env });
  });

  test('works by the file that the options name', () =>
    works({ options: { gdrive_user_credentials_file: fileOf('user.json', userCredentials()) }, env: {} }));

  test('works by GDRIVE_CREDENTIALS_DATA', () => works({ env: { GDRIVE_CREDENTIALS_DATA: userCredentials() } }));

  test('keeps a renewed token in the own file, for the own eyes, with everything else that was in it', async () => {
    const path = fileOf('user.json', userCredentials({ id_token: 'kept' }));
    await works({ options: { gdrive_user_credentials_file: path }, env: {} });
    const saved: Record<string, unknown> = JSON.parse(readFileSync(path, 'utf8'));
    expect(saved).toMatchObject({ id_token: 'kept', refresh_token: drive.oauth.refreshToken, _module: 'oauth2client.client' });
    expect(saved['access_token']).toMatch(/^ya29\.access-token/u);
    expect(Date.parse(String(saved['token_expiry']))).toBeGreaterThan(Date.now());
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(home)).toEqual(['user.json']);
  });

  test('has one more chance where Google calls a token invalid that should be good', async () => {
    const path = fileOf('user.json', userCredentials({ token_expiry: '2099-01-01T00:00:00Z' }));
    await works({ options: { gdrive_user_credentials_file: path }, env: {} });
  });

  test('who revoked the access is sent to the set-up', async () => {
    const error = await fails({ env: { GDRIVE_CREDENTIALS_DATA: userCredentials({ refresh_token: 'revoked' }) } });
    expect(error).toMatchObject({ code: 'unauthenticated', status: 400, hint: expect.stringContaining('datapin remote setup gdrive') });
    expect(error.message).toContain('invalid_grant');
  });

  test('whose token ended and cannot be renewed is not asked to log in while a command runs', async () => {
    const error = await fails({ env: { GDRIVE_CREDENTIALS_DATA: userCredentials({ refresh_token: null }) } });
    expect(error).toMatchObject({ code: 'unauthenticated', hint: expect.stringContaining('datapin remote setup gdrive') });
  });

  test('needs both halves of an own client', async () => {
    expect((await fails({ options: { gdrive_client_id: 'only' }, env: {} })).code).toBe('invalid-request');
  });
});

describe('Application Default Credentials', () => {
  test('are the file that GOOGLE_APPLICATION_CREDENTIALS names', () =>
    works({ env: { GOOGLE_APPLICATION_CREDENTIALS: fileOf('key.json', serviceAccountKey()) } }));

  test('are gcloud’s own file', () => {
    const { id, secret } = drive.oauth.client;
    const text = {
      type: 'authorized_user',
      client_id: id,
      client_secret: secret,
      refresh_token: drive.oauth.refreshToken,
      token_uri: `${drive.url}/token`,
    };
    fileOf('.config/gcloud/application_default_credentials.json', JSON.stringify(text));
    return works({ env: { HOME: home } });
  });

  test('of gcloud count against the project that they name', async () => {
    const { id, secret } = drive.oauth.client;
    const user = { type: 'authorized_user', client_id: id, client_secret: secret, refresh_token: drive.oauth.refreshToken };
    const text = JSON.stringify({ ...user, token_uri: `${drive.url}/token`, quota_project_id: 'project-of-the-user' });
    await using proxy = await startFaultProxy(drive.url);
    await works({ env: { GOOGLE_APPLICATION_CREDENTIALS: fileOf('adc.json', text), DATAPIN_GDRIVE_ROOT_URL: proxy.url } });
    expect(new Set(proxy.requests.map(({ headers }) => headers['x-goog-user-project']))).toEqual(new Set(['project-of-the-user']));
  });

  test('are a workload’s own token, exchanged', async () => {
    const source = { file: fileOf('token', 'workload-token-canary') };
    await works({ env: { GOOGLE_APPLICATION_CREDENTIALS: fileOf('wif.json', externalAccount(source)) } });
  });

  test('never run a command', async () => {
    const marker = join(home, 'ran');
    const source = { executable: { command: `/usr/bin/touch ${marker}`, timeout_millis: 5000 } };
    const error = await fails({
      env: { GOOGLE_APPLICATION_CREDENTIALS: fileOf('wif.json', externalAccount(source)), GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES: '1' },
    });
    expect(error.code).toBe('unsupported');
    expect(existsSync(marker)).toBe(false);
  });

  test('are a machine’s own where the environment says that it is Google’s', async () => {
    const seen: string[] = [];
    await using server = await metadata((path) => {
      seen.push(path);
      return { access_token: 'nothing-worth', expires_in: 3600 };
    });
    const error = await fails({ env: { GCE_METADATA_HOST: server.host } });
    // the token is none of the fake's, but it was asked for in the right place
    expect(error.code).toBe('unauthenticated');
    expect(seen[0]).toContain('/computeMetadata/v1/instance/service-accounts/default/token');
  });

  test('are not looked for in the network otherwise', async () => {
    const error = await fails({ env: { HOME: home } });
    expect(error).toMatchObject({
      code: 'unauthenticated',
      status: undefined,
      hint: expect.stringContaining('datapin remote setup gdrive'),
    });
  });

  test('of an unknown kind are refused by name', async () => {
    const error = await fails({ env: { GOOGLE_APPLICATION_CREDENTIALS: fileOf('x.json', '{"type":"gdch_service_account"}') } });
    expect(error).toMatchObject({ code: 'unsupported', message: expect.stringContaining('gdch_service_account') });
  });
});

/** What a repository brings along chooses no credentials of the user's and lets nothing run. */
describe('options that git tracks', () => {
  const option = 'gdrive_service_account_json_file_path';
  const account = { gdrive_use_service_account: true };
  const repository = (): string => join(home, 'repository');

  test('name no file outside of the repository', async () => {
    const outside = fileOf('key.json', serviceAccountKey());
    const error = await fails({ options: { ...account, [option]: outside }, tracked: [option], repository: repository(), env: {} });
    expect(error).toMatchObject({ code: 'unauthenticated', hint: expect.stringContaining('--local') });
    await works({ options: { ...account, [option]: outside }, env: {} });
  });

  test('name none by a link in the repository', async () => {
    const outside = fileOf('key.json', serviceAccountKey());
    mkdirSync(repository());
    symlinkSync(outside, join(repository(), 'link.json'));
    const tracked = { options: { ...account, [option]: join(repository(), 'link.json') }, tracked: [option], repository: repository() };
    expect((await fails({ ...tracked, env: {} })).code).toBe('unauthenticated');
  });

  test('may name a file in the repository, which CI writes there, for Google’s own token address', async () => {
    const inside = fileOf('repository/key.json', serviceAccountKey());
    const error = await fails({ options: { ...account, [option]: inside }, tracked: [option], repository: repository(), env: {} });
    expect(error.message).toContain('at Google only');
  });

  test('bring no document that tells what to read and whom to send it to', async () => {
    const secret = fileOf('secret', 'workload-token-canary');
    const inside = fileOf('repository/wif.json', externalAccount({ file: secret }));
    const error = await fails({ options: { ...account, [option]: inside }, tracked: [option], repository: repository(), env: {} });
    expect(error).toMatchObject({ code: 'unauthenticated', message: expect.stringContaining('external_account') });
  });

  test.each(['../../.config/gcloud/x', '..', 'a/b', 'a\\b', ''])('make no path of a profile or client id like "%s"', (name) => {
    expect(() => savedCredentialsPath({ HOME: home }, { clientId: name })).toThrow(/letters/u);
    expect(() => savedCredentialsPath({ HOME: home }, { profile: name })).toThrow(/letters/u);
  });
});

function externalAccount(source: object): string {
  return JSON.stringify({
    type: 'external_account',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/provider',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${drive.url}/token`,
    credential_source: source,
  });
}

interface MetadataServer extends AsyncDisposable {
  readonly host: string;
}

async function metadata(respond: (path: string) => object): Promise<MetadataServer> {
  const server: Server = createServer((request, response) => {
    response.end(JSON.stringify(respond(request.url ?? '')));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    host: `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
