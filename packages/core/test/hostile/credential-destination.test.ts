/** A repository may say where a remote is. It may not send the user's secrets somewhere else than where they belong. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { StoragePlugin } from '@datapin/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { loadConfig } from '../../src/config/load-config.ts';
import { DatapinError } from '../../src/errors.ts';
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

/** Opens remote `r` as of some configuration files; the code of the refusal, or `sent`. */
function send(
  { config, local = '', global = '' }: Files,
  plugin: typeof dav = dav,
): { readonly code: string; readonly message: string; readonly hint?: string | undefined } {
  const dvcDir = join(home, 'repository');
  const env = { HOME: home, DVC_GLOBAL_CONFIG_DIR: join(home, 'settings'), DVC_SYSTEM_CONFIG_DIR: join(home, 'system') };
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

it('a folder that nothing can be remembered in is no obstacle', () => {
  writeFileSync(join(home, 'settings'), 'a file where the folder would be');
  const env = { HOME: home, DVC_GLOBAL_CONFIG_DIR: join(home, 'settings', 'deeper') };
  const options = new Map([['password', { value: 'hunter2', level: 'override' as const, file: '' }]]);
  const config = { name: 'r', url: 'https://a.example', options, tracked: new Set(['url']), local: new Set<string>() };
  expect(() => keepCredentialsAtHome({ project: { dvcDir: home, env }, config, plugin: dav, tracked: config.tracked })).not.toThrow();
});
