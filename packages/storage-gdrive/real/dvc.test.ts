import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';

import { sourceOf } from '@datapin/storage-testkit';
import { expect, test } from 'vitest';

import { startFakeDrive } from '../../../e2e/servers/google-drive/fake-drive.ts';
import { savedCredentialsPath } from '../src/credentials/credential-source.ts';
import { printUserCredentials } from '../src/credentials/user-credentials.ts';
import { openRemote } from '../test/support/open-remote.ts';

/** Runs a few lines of Python where DVC is installed; what they print. */
function python(lines: readonly string[], input = '', env: Readonly<Record<string, string>> = {}): string {
  const options = { input, env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env }, encoding: 'utf8' } as const;
  return execFileSync('dvc-python', ['-c', lines.join('\n')], options).trim();
}

test('credentials that a set-up saves are credentials to DVC', () => {
  const saved = printUserCredentials({
    clientId: 'client',
    clientSecret: 'secret',
    accessToken: 'access',
    refreshToken: 'refresh',
    expiry: Date.UTC(2030, 0, 2, 3, 4, 5),
    tokenUri: 'https://oauth2.googleapis.com/token',
  });
  const read = [
    'import sys',
    'from oauth2client.client import Credentials',
    'c = Credentials.new_from_json(sys.stdin.read())',
    'print(type(c).__name__, c.access_token, c.refresh_token, c.client_id, c.token_expiry, c.invalid)',
  ];
  expect(python(read, JSON.stringify(saved))).toBe('OAuth2Credentials access refresh client 2030-01-02 03:04:05 False');
});

test('they lie where DVC looks for them', () => {
  const look = [
    'import os, appdirs',
    'print(os.path.join(appdirs.user_cache_dir("pydrive2fs", appauthor=False), "client.apps.googleusercontent.com", "default.json"))',
  ];
  for (const env of [{ HOME: '/home/somebody' }, { HOME: '/home/somebody', XDG_CACHE_HOME: '/elsewhere' }]) {
    expect(savedCredentialsPath(env, { clientId: 'client.apps.googleusercontent.com' })).toBe(python(look, '', env));
  }
});

test('objects lie where DVC puts them', async () => {
  const bytes = Buffer.from('content\n');
  const md5 = createHash('md5').update(bytes).digest('hex');
  const place = [
    'from dvc_gdrive import GDriveFileSystem',
    'from dvc_data.hashfile.db import HashFileDB',
    'fs = GDriveFileSystem(url="gdrive://folder/project", gdrive_client_id="x", gdrive_client_secret="y")',
    'path = fs._strip_protocol("gdrive://folder/project")',
    `print(HashFileDB(fs, fs.join(path, "files", "md5")).oid_to_path("${md5}"))`,
  ];
  await using drive = await startFakeDrive();
  const folder = drive.newFolder('remote');
  await using storage = await openRemote(drive, { url: `gdrive://${folder}/project` });
  await storage.write(`files/md5/${md5.slice(0, 2)}/${md5.slice(2)}`, sourceOf(bytes), { md5 });
  expect(drive.store.tree(folder).map((path) => `folder/${path}`)).toEqual([python(place)]);
});
