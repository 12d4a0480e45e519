import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { type FakeDrive, startFakeDrive } from '../../../../e2e/servers/google-drive/fake-drive.ts';
import { runCli } from '../../src/cli.ts';
import { fakeHost, type Recorded } from '../fake-host.ts';

let drive: FakeDrive;
let dir: string;
let folder: string;

beforeEach(async () => {
  drive = await startFakeDrive();
  folder = drive.newFolder('data');
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'datapin-remote-setup-')));
  mkdirSync(join(dir, 'plugins', 'node_modules', '@datapin'), { recursive: true });
  symlinkSync(
    join(import.meta.dirname, '../../../../packages/storage-gdrive'),
    join(dir, 'plugins', 'node_modules', '@datapin', 'storage-gdrive'),
  );
  await runCli(['init', '--no-scm', '-q'], fakeHost({ cwd: dir }).host);
});
afterEach(async () => {
  await drive[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true });
});

interface Typed {
  readonly terminal?: boolean;
  /** What is typed, given what the terminal shows by then. */
  readonly lines?: (shown: () => string) => AsyncIterable<string>;
}

async function setup(words: readonly string[], { terminal = false, lines }: Typed = {}): Promise<Recorded & { readonly code: number }> {
  const env = {
    HOME: join(dir, 'home'),
    TERM: 'xterm',
    DATAPIN_PLUGIN_DIR: join(dir, 'plugins'),
    DATAPIN_GDRIVE_ROOT_URL: drive.url,
  };
  const recorded: Recorded = fakeHost({
    cwd: dir,
    env,
    terminal,
    ...(lines === undefined ? {} : { readLines: () => lines(() => recorded.err()) }),
  });
  const code = await runCli(['remote', 'setup', 'gdrive', ...words], recorded.host);
  return { ...recorded, code };
}

const keyFile = (): string => {
  writeFileSync(join(dir, 'robot.json'), JSON.stringify(drive.oauth.serviceAccountKey(`${drive.url}/token`)));
  return 'robot.json';
};

function clientFile(): string {
  const { id, secret } = drive.oauth.client;
  const installed = { client_id: id, client_secret: secret, auth_uri: `${drive.url}/auth`, token_uri: `${drive.url}/token` };
  writeFileSync(join(dir, 'client.json'), JSON.stringify({ installed }));
  return 'client.json';
}

test('a service account, without questions: tried, then configured', async () => {
  const words = ['team', '-d', '--set', `folder=${folder}/project`, '--set', 'account=service-account', '--set', `key=${keyFile()}`];
  const { code, out } = await setup(words);
  expect(out()).toContain(`Remote 'team' works: gdrive://${folder}/project`);
  expect(code).toBe(0);
  const config = readFileSync(join(dir, '.dvc', 'config'), 'utf8');
  expect(config).toContain(`url = gdrive://${folder}/project`);
  expect(config).toContain('gdrive_use_service_account = true');
  expect(config).toContain('remote = team');
  expect(config).not.toContain('robot.json');
  expect(readFileSync(join(dir, '.dvc', 'config.local'), 'utf8')).toContain('robot.json');
  expect(drive.store.tree(folder)).toEqual([]);
});

test('a user, step by step in a terminal, with the address of the browser pasted back', async () => {
  async function* lines(shown: () => string): AsyncIterable<string> {
    yield `https://drive.google.com/drive/folders/${folder}`;
    yield '';
    yield clientFile();
    const address = /http\S+\/auth\?\S+/u.exec(shown())?.[0] ?? '';
    const answer = await fetch(address, { redirect: 'manual' });
    yield answer.headers.get('location') ?? '';
  }
  const { code, out, err } = await setup([], { terminal: true, lines });
  expect(out()).toContain("Remote 'gdrive' works");
  expect(code).toBe(0);
  expect(err()).toContain('paste the address here');
  expect(err()).toContain('Desktop app');
  const { id, secret } = drive.oauth.client;
  expect(readFileSync(join(dir, '.dvc', 'config'), 'utf8')).toContain(id);
  expect(readFileSync(join(dir, '.dvc', 'config'), 'utf8')).not.toContain(secret);
  expect(readFileSync(join(dir, '.dvc', 'config.local'), 'utf8')).toContain(secret);
});

test('an answer that is missing is named where nobody can be asked', async () => {
  const { code, err } = await setup(['--set', `folder=${folder}`, '--set', 'account=service-account']);
  expect(err()).toContain('`--set key=…` is missing');
  expect(code).toBe(254);
});

test('an answer to no question is refused before anything happens', async () => {
  const { code, err } = await setup(['--set', 'colour=blue']);
  expect(err()).toContain('folder, account, key, act-for, client');
  expect(code).toBe(254);
});

test('a remote that does not work is not configured', async () => {
  const words = ['--set', 'folder=1nowhere', '--set', 'account=service-account', '--set', `key=${keyFile()}`];
  const { code, err } = await setup(words);
  expect(err()).toContain('Google Drive has no folder 1nowhere');
  expect(code).not.toBe(0);
  expect(readFileSync(join(dir, '.dvc', 'config'), 'utf8')).not.toContain('gdrive');
});

test('a remote where nothing can be removed is configured, with a word about it', async () => {
  await drive[Symbol.asyncDispose]();
  drive = await startFakeDrive({ mayNotDelete: true });
  folder = drive.newFolder('data');
  const { code, err } = await setup(['--set', `folder=${folder}`, '--set', 'account=service-account', '--set', `key=${keyFile()}`]);
  expect(err()).toMatch(/the trial object datapin-setup-\w+ stays.*gdrive_trash_only/su);
  expect(code).toBe(0);
});

test('a name that is taken is refused before anybody logs in', async () => {
  await setup(['store', '--set', `folder=${folder}`, '--set', 'account=service-account', '--set', `key=${keyFile()}`]);
  const { code, err } = await setup(['store', '--set', 'folder=whatever']);
  expect(err()).toContain("remote 'store' already exists");
  expect(code).toBe(251);
});

test('a storage that needs no set-up says so', async () => {
  const recorded = fakeHost({ cwd: dir });
  await runCli(['remote', 'setup', 'local'], recorded.host);
  expect(recorded.err()).toContain('datapin remote add');
});
