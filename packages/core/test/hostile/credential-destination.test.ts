/** A repository may say where a remote is. It may not send the user's secrets somewhere else than where they belong. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { StoragePlugin } from '@datapin/storage';
import { memoryPlugin } from '@datapin/storage-testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { loadConfig } from '../../src/config/load-config.ts';
import { DatapinError } from '../../src/errors.ts';
import type { ConfigScope } from '../../src/operations/config-session.ts';
import { setConfig, unsetConfig } from '../../src/operations/configuration.ts';
import { addRemote, modifyRemote, renameRemote } from '../../src/operations/remotes.ts';
import { keepCredentialsAtHome } from '../../src/transfer/credential-destination.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'datapin-home-'));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

const password = { type: 'string', description: 'a password', secret: true } as const;
const dav: Pick<StoragePlugin, 'options' | 'hostSetting'> = { options: { password } };
const s3: typeof dav = {
  options: { secret_access_key: password, endpointurl: { type: 'string', description: 'the endpoint' } },
  hostSetting: 'endpointurl',
};
const drive: typeof dav = { options: { gdrive_client_secret: password }, hostSetting: null };

interface Files {
  readonly config: string;
  readonly local?: string;
  readonly global?: string;
}

const environment = (): Readonly<Record<'HOME' | 'DVC_GLOBAL_CONFIG_DIR' | 'DVC_SYSTEM_CONFIG_DIR', string>> => ({
  HOME: home,
  DVC_GLOBAL_CONFIG_DIR: join(home, 'settings'),
  DVC_SYSTEM_CONFIG_DIR: join(home, 'system'),
});

/** Opens remote `r` as of some configuration files; the code of the refusal, or `sent`. */
function send(
  { config, local = '', global = '' }: Files,
  plugin: typeof dav = dav,
): { readonly code: string; readonly message: string; readonly hint?: string | undefined } {
  const dvcDir = join(home, '.dvc');
  const env = environment();
  for (const [folder, name, text] of [
    [dvcDir, 'config', config],
    [dvcDir, 'config.local', local],
    [env.DVC_GLOBAL_CONFIG_DIR, 'config', global],
  ] as const) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const remote = loadConfig({ dvcDir, env }).remotes.get('r');
  if (remote === undefined) throw new Error('no remote');
  try {
    keepCredentialsAtHome({ project: { dvcDir, env }, config: remote, plugin, tracked: remote.tracked });
    return { code: 'sent', message: '' };
  } catch (error) {
    if (error instanceof DatapinError) return error;
    throw error;
  }
}

const section = (...lines: readonly string[]): string => `['remote "r"']\n${lines.map((line) => `    ${line}\n`).join('')}`;
const secret = section('password = hunter2');
const driveSecret = section('gdrive_client_secret = hunter2');

describe('a secret of this clone, an address of the repository', () => {
  beforeEach(() => {
    send({ config: section('url = webdavs://good.example/a'), local: secret });
  });

  it('goes on to the same host, whatever the path', () => {
    expect(send({ config: section('url = webdavs://Good.example/other'), local: secret }).code).toBe('sent');
  });

  it.each([
    'webdavs://evil.example/a',
    'webdavs://good.example:8443/a',
    'webdav://good.example/a',
    'webdavs://good.example@evil.example/a',
  ])('does not go to %s', (url) => {
    const { code, message, hint } = send({ config: section(`url = ${url}`), local: secret });
    expect(code).toBe('credentials-moved');
    expect(message).toContain('webdavs://good.example');
    expect(hint).toContain('datapin remote modify --local r url ');
    expect(message + hint).not.toContain('hunter2');
  });

  it('goes there when the user gives the address', () => {
    expect(
      send({ config: section('url = webdavs://evil.example'), local: section('url = webdavs://new.example', 'password = hunter2') }).code,
    ).toBe('sent');
  });

  it('and without a secret everything goes anywhere', () => {
    expect(send({ config: section('url = webdavs://other.example') }).code).toBe('sent');
  });

  it('is remembered without the secret, for the user alone', () => {
    const file = join(home, 'settings', 'datapin-credentials.json');
    expect(readFileSync(file, 'utf8')).not.toContain('hunter2');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

it('a secret of the user in all clones stays at its host too', () => {
  expect(send({ config: section('url = https://good.example'), global: secret }).code).toBe('sent');
  expect(send({ config: section('url = https://evil.example'), global: secret }).code).toBe('credentials-moved');
});

describe('a storage that knows its host', () => {
  const keys = section('secret_access_key = hunter2');

  it('another bucket is no other host, another endpoint is', () => {
    expect(send({ config: section('url = s3://one'), local: keys }, s3).code).toBe('sent');
    expect(send({ config: section('url = s3://two'), local: keys }, s3).code).toBe('sent');
    expect(send({ config: section('url = s3://two', 'endpointurl = https://evil.example'), local: keys }, s3).code).toBe(
      'credentials-moved',
    );
  });

  it('an endpoint of the user may be anywhere', () => {
    expect(send({ config: section('url = s3://one', 'endpointurl = https://a.example'), local: keys }, s3).code).toBe('sent');
    const own = section('endpointurl = https://b.example', 'secret_access_key = hunter2');
    expect(send({ config: section('url = s3://one', 'endpointurl = https://a.example'), local: own }, s3).code).toBe('sent');
  });

  it('without a setting for the host there is nothing to compare', () => {
    expect(send({ config: section('url = gdrive://one'), local: driveSecret }, drive).code).toBe('sent');
    expect(send({ config: section('url = gdrive://two'), local: driveSecret }, drive).code).toBe('sent');
  });
});

describe('the user who types the address', () => {
  const keys = section('secret_access_key = hunter2');
  const file = (name: string): string => readFileSync(join(home, '.dvc', name), 'utf8');
  const scope = (): ConfigScope => ({
    options: { cwd: home, env: environment(), storages: { load: async () => ({ ...memoryPlugin(), ...s3 }) } },
    level: undefined,
  });
  /** What a command does in the repository, and whether the secret goes along from then on. */
  async function after(command: (scope: ConfigScope) => Promise<unknown>): Promise<string> {
    await command(scope());
    return send({ config: file('config'), local: file('config.local') }, s3).code;
  }

  beforeEach(() => {
    send({ config: section('url = s3://one', 'endpointurl = https://old.example'), local: keys }, s3);
  });

  it.each<[string, (scope: ConfigScope) => Promise<unknown>]>([
    ['modifies the remote', (scope) => modifyRemote(scope, { name: 'r', option: 'endpointurl', value: 'https://new.example' })],
    ['takes the address away', (scope) => modifyRemote(scope, { name: 'r', option: 'endpointurl', value: undefined })],
    ['adds the remote anew', (scope) => addRemote(scope, { name: 'r', url: 's3://two', default: false, force: true })],
    ['sets it as a setting', (scope) => setConfig(scope, 'remote.r.endpointurl', 'https://new.example')],
    ['unsets it', (scope) => unsetConfig(scope, 'remote.r.endpointurl')],
  ])('%s: the secret goes along', async (_, command) => {
    await expect(after(command)).resolves.toBe('sent');
    const back = section('url = s3://one', 'endpointurl = https://old.example');
    expect(send({ config: back, local: keys }, s3).code).toBe('credentials-moved');
  });

  it('agrees to what a pull brought by typing it', async () => {
    const moved = section('url = s3://one', 'endpointurl = https://new.example');
    expect(send({ config: moved, local: keys }, s3).code).toBe('credentials-moved');
    await expect(after((scope) => modifyRemote(scope, { name: 'r', option: 'endpointurl', value: 'https://new.example' }))).resolves.toBe(
      'sent',
    );
  });

  it('does not agree by typing something else', async () => {
    const moved = section('url = s3://one', 'endpointurl = https://evil.example');
    expect(send({ config: moved, local: keys }, s3).code).toBe('credentials-moved');
    await expect(after((scope) => modifyRemote(scope, { name: 'r', option: 'jobs', value: '3' }))).resolves.toBe('credentials-moved');
  });

  it('nor by a new name: what is remembered goes along', async () => {
    send({ config: section('url = s3://one', 'endpointurl = https://evil.example'), local: keys }, s3);
    await renameRemote(scope(), { from: 'r', to: 'q' });
    const known: unknown = JSON.parse(readFileSync(join(home, 'settings', 'datapin-credentials.json'), 'utf8'));
    expect(known).toMatchObject({ [`${join(home, '.dvc')}#q`]: 'https://old.example' });
  });
});

it('what another process remembered meanwhile stays', () => {
  send({ config: section('url = webdavs://good.example'), local: secret });
  const known = join(home, 'settings', 'datapin-credentials.json');
  writeFileSync(known, JSON.stringify({ ...JSON.parse(readFileSync(known, 'utf8')), 'other#r': 'webdavs://there' }));
  send({ config: section('url = webdavs://good.example'), global: secret });
  expect(JSON.parse(readFileSync(known, 'utf8'))).toMatchObject({ 'other#r': 'webdavs://there', 'global#r': 'webdavs://good.example' });
});

it('a folder that nothing can be remembered in is no obstacle', () => {
  writeFileSync(join(home, 'settings'), 'a file where the folder would be');
  const env = { HOME: home, DVC_GLOBAL_CONFIG_DIR: join(home, 'settings', 'deeper') };
  const options = new Map([['password', { value: 'hunter2', level: 'override' as const, file: '' }]]);
  const config = { name: 'r', url: 'https://a.example', options, tracked: new Set(['url']), local: new Set<string>() };
  expect(() => keepCredentialsAtHome({ project: { dvcDir: home, env }, config, plugin: dav, tracked: config.tracked })).not.toThrow();
});
