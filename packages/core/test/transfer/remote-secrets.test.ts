import { parseRemoteUrl, StorageError } from '@datapin/storage';
import { expect, test } from 'vitest';

import type { ConfigEntry } from '../../src/config/config.ts';
import { DatapinError } from '../../src/errors.ts';
import { remoteFailure } from '../../src/transfer/remote-failure.ts';
import { secretsHider } from '../../src/transfer/remote-secrets.ts';

const plugin = { options: { shibboleth: { type: 'string', description: '', secret: true } } } as const;

function hiderOf(url: string, options: Readonly<Record<string, string>> = {}): (text: string) => string {
  const entries = Object.entries(options).map(([name, value]): [string, ConfigEntry] => [name, { value, level: 'local', file: undefined }]);
  const config = { name: 'store', url, options: new Map(entries), tracked: new Set<string>(), local: new Set<string>() };
  return secretsHider(config, plugin, parseRemoteUrl(url));
}

test.each([
  ['an option that the plugin marks', hiderOf('blob://host', { shibboleth: 'p@ss word' }), 'p@ss word'],
  ['the same, URL-encoded', hiderOf('blob://host', { shibboleth: 'p@ss word' }), 'p%40ss%20word'],
  ["an option that is a secret in DVC's words", hiderOf('blob://host', { password: 'hunter2!' }), 'hunter2!'],
  [
    'user and password as basic authentication sends them',
    hiderOf('blob://host', { user: 'me', password: 'hunter2!' }),
    btoa('me:hunter2!'),
  ],
  ['the password of the URL', hiderOf('blob://me:p%40ss@host'), 'p%40ss'],
  ['the same, decoded', hiderOf('blob://me:p%40ss@host'), 'p@ss'],
  ['a value in the query', hiderOf('blob://host/x?sig=abc%2Bdef&y=1'), 'abc+def'],
])('%s is hidden', (_what, hide, secret) => {
  expect(hide(`the store says: ${secret}, and more`)).toBe('the store says: ***, and more');
});

test('what is no secret stays', () => {
  expect(hiderOf('s3://bucket/a?b=prefix', { region: 'eu-west-1' })('region eu-west-1, prefix')).toBe('region eu-west-1, prefix');
});

test('a failure holds no secret: not in its message, its hint, or its causes', () => {
  const cause = new Error('sent hunter2!');
  const failure = remoteFailure(new StorageError('forbidden', 'you said hunter2!', { status: 403, hint: 'is hunter2! right?', cause }), {
    remote: { name: 'store', address: 'blob://host' },
    hide: hiderOf('blob://host', { password: 'hunter2!' }),
  });
  expect(failure).toBeInstanceOf(DatapinError);
  const { message, hint, cause: behind } = failure as DatapinError;
  expect([message, hint]).toEqual([expect.stringContaining('you said ***'), 'is *** right?']);
  expect(behind).toMatchObject({ code: 'forbidden', status: 403, message: 'you said ***', cause: { message: 'sent ***' } });
});
