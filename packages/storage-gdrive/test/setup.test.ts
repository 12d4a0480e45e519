import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { isStorageError, parseRemoteUrl, type RemoteDraft } from '@datapin/storage';
import { sourceOf } from '@datapin/storage-testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type FakeDrive, startFakeDrive } from '../../../e2e/servers/google-drive/fake-drive.ts';
import plugin from '../src/index.ts';
import { setupGdrive } from '../src/setup/setup-gdrive.ts';
import { addressIn, person, type PersonOptions } from './support/person.ts';

let drive: FakeDrive;
let home: string;
let folder: string;

beforeEach(async () => {
  drive = await startFakeDrive();
  home = mkdtempSync(join(tmpdir(), 'datapin-setup-'));
  folder = drive.newFolder('data');
});
afterEach(async () => {
  await drive[Symbol.asyncDispose]();
  rmSync(home, { recursive: true });
});

const env = (): Record<string, string> => ({ HOME: home, XDG_CACHE_HOME: join(home, 'cache'), DATAPIN_GDRIVE_ROOT_URL: drive.url });

/** What Google's console gives for a client of the kind "Desktop app", with the test's addresses. */
function clientFile(): string {
  const path = join(home, 'client_secret.json');
  const { id, secret } = drive.oauth.client;
  const installed = { client_id: id, client_secret: secret, auth_uri: `${drive.url}/auth`, token_uri: `${drive.url}/token` };
  writeFileSync(path, JSON.stringify({ installed }));
  return path;
}

function run(options: PersonOptions, signal: AbortSignal = new AbortController().signal): Promise<RemoteDraft> {
  return setupGdrive(person(options).dialog, { env: env(), cwd: home, signal });
}

async function failureOf(action: Promise<unknown>): Promise<{ readonly code: string; readonly message: string }> {
  const [outcome] = await Promise.allSettled([action]);
  if (outcome.status === 'rejected' && isStorageError(outcome.reason)) return outcome.reason;
  throw new Error(`expected a StorageError, got ${JSON.stringify(outcome)}`);
}

const user = (): PersonOptions['answers'] => ({ folder, account: 'user', client: clientFile() });
const savedFile = (): string => join(home, 'cache', 'pydrive2fs', drive.oauth.client.id, 'default.json');

describe('for a user', () => {
  test('the browser comes back to this machine, and the remote works with what was saved', async () => {
    const draft = await run({ answers: user(), browse: (address) => fetch(address) });
    expect(draft.url).toBe(`gdrive://${folder}`);
    expect([...draft.local]).toEqual(['gdrive_client_secret']);
    await using storage = await plugin.open(
      { name: 'store', url: parseRemoteUrl(draft.url), options: draft.options, tracked: new Set() },
      { env: env(), warn: () => undefined },
    );
    await storage.write?.('files/md5/ab/cd', sourceOf(Buffer.from('hello')));
    expect(drive.store.tree(folder)).toEqual(['files/md5/ab/cd']);
  });

  test('the log-in asks for lasting access to Drive, bound to this run by PKCE', async () => {
    await run({ answers: user(), browse: (address) => fetch(address) });
    const login = drive.oauth.lastLogin();
    expect(login?.get('access_type')).toBe('offline');
    expect(login?.get('code_challenge_method')).toBe('S256');
    expect(login?.get('scope')?.split(' ')).toContain('https://www.googleapis.com/auth/drive');
  });

  test('without a browser here, the address that it ended on elsewhere is pasted back', async () => {
    const elsewhere = async (told: string): Promise<string> => {
      const answer = await fetch(addressIn(told), { redirect: 'manual' });
      return answer.headers.get('location') ?? '';
    };
    const draft = await run({ answers: user(), lines: elsewhere });
    expect(draft.options['gdrive_client_id']).toBe(drive.oauth.client.id);
  });

  test('something else that is pasted is asked for again', async () => {
    let tries = 0;
    const { dialog, told } = person({
      answers: user(),
      lines: async (last) => {
        tries += 1;
        if (tries === 1) return 'http://example.org/';
        const first = told.find((text) => text.includes('/auth?')) ?? last;
        return (await fetch(addressIn(first), { redirect: 'manual' })).headers.get('location') ?? '';
      },
    });
    await setupGdrive(dialog, { env: env(), cwd: home, signal: new AbortController().signal });
    expect(tries).toBe(2);
  });

  test('the credentials are saved where DVC looks, for this user alone, as DVC writes them', async () => {
    await run({ answers: user(), browse: (address) => fetch(address) });
    expect(statSync(savedFile()).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(savedFile(), 'utf8'))).toMatchObject({
      _module: 'oauth2client.client',
      _class: 'OAuth2Credentials',
      client_id: drive.oauth.client.id,
      refresh_token: drive.oauth.refreshToken,
      token_expiry: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u),
      invalid: false,
    });
  });

  test('an answer to another log-in is refused', async () => {
    const forged = async (told: string): Promise<string> => {
      const location = (await fetch(addressIn(told), { redirect: 'manual' })).headers.get('location') ?? '';
      return location.replace(/state=\w+/u, 'state=forged');
    };
    expect(await failureOf(run({ answers: user(), lines: forged }))).toMatchObject({
      code: 'unauthenticated',
      message: expect.stringContaining('another log-in'),
    });
  });

  test('a person who does not agree is told what to tick', async () => {
    const declined = async (told: string): Promise<string> =>
      `${new URL(addressIn(told)).searchParams.get('redirect_uri')}/?error=access_denied`;
    expect(await failureOf(run({ answers: user(), lines: declined }))).toMatchObject({ code: 'forbidden' });
  });

  test('it can be given up', async () => {
    const controller = new AbortController();
    const running = run({ answers: user() }, controller.signal);
    controller.abort(new Error('never mind'));
    await expect(running).rejects.toThrow('never mind');
  });

  test('a client of another kind is refused before anybody logs in', async () => {
    const path = join(home, 'web.json');
    writeFileSync(path, JSON.stringify({ web: { client_id: 'x', client_secret: 'y' } }));
    expect(await failureOf(run({ answers: { ...user(), client: path } }))).toMatchObject({
      code: 'invalid-request',
      message: expect.stringContaining('Desktop app'),
    });
  });
});

describe('for a service account', () => {
  const keyFile = (): string => {
    const path = join(home, 'robot.json');
    writeFileSync(path, JSON.stringify(drive.oauth.serviceAccountKey(`${drive.url}/token`)));
    return path;
  };

  test('the path of the key is this machine’s, everything else the project’s', async () => {
    const draft = await run({ answers: { folder, account: 'service-account', key: keyFile(), 'act-for': '' } });
    expect(draft.options).toEqual({ gdrive_use_service_account: true, gdrive_service_account_json_file_path: join(home, 'robot.json') });
    expect([...draft.local]).toEqual(['gdrive_service_account_json_file_path']);
  });

  test('whom to share the folder with is told', async () => {
    const { dialog, told } = person({ answers: { folder, account: 'service-account', key: keyFile(), 'act-for': '' } });
    await setupGdrive(dialog, { env: env(), cwd: home, signal: new AbortController().signal });
    expect(told.join('\n')).toContain('robot@project.iam.gserviceaccount.com');
  });

  test('a user to act for is kept', async () => {
    const draft = await run({ answers: { folder, account: 'service-account', key: keyFile(), 'act-for': 'person@example.org' } });
    expect(draft.options['gdrive_service_account_user_email']).toBe('person@example.org');
  });
});

describe('the folder', () => {
  test.each([
    ['https://drive.google.com/drive/folders/1AbCdEfGhIjKlMnOp', 'gdrive://1AbCdEfGhIjKlMnOp'],
    ['https://drive.google.com/drive/u/1/folders/1AbCdEfGhIjKlMnOp?usp=sharing', 'gdrive://1AbCdEfGhIjKlMnOp'],
    ['https://drive.google.com/drive/my-drive', 'gdrive://root'],
    ['1AbCdEfGhIjKlMnOp/data sets', 'gdrive://1AbCdEfGhIjKlMnOp/data sets'],
    ['gdrive://appDataFolder/x', 'gdrive://appDataFolder/x'],
    ['root', 'gdrive://root'],
  ])('%s is %s', async (given, url) => {
    const { folderAddress } = await import('../src/setup/folder-address.ts');
    expect(folderAddress(given)).toBe(url);
  });

  test.each(['https://docs.google.com/document/d/1AbCdEfGhIjKlMnOp/edit', 'my folder'])('%s is refused', async (given) => {
    const { folderAddress } = await import('../src/setup/folder-address.ts');
    expect(() => folderAddress(given)).toThrow(/folder/u);
  });
});
