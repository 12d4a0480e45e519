import { expect, test } from 'vitest';

import { secretsOf } from '../src/secrets.ts';

test('secret settings of all storages are masked, others are not', () => {
  const secret = [
    'access_key_id',
    'secret_access_key',
    'session_token',
    'sse_customer_key',
    'password',
    'token',
    'passphrase',
    'connection_string',
    'account_key',
    'sas_token',
    'gdrive_client_secret',
    'oss_key_secret',
    'custom_auth_header',
  ];
  const open = ['url', 'endpointurl', 'region', 'profile', 'user', 'jobs', 'verify', 'timeout', 'ssl_verify'];
  const config = new Map([...secret, ...open].map((option) => [`remote.origin.${option}`, `value of ${option}`]));
  expect(secretsOf(config, {})).toEqual(secret.map((option) => `value of ${option}`));
});

test('a password in a URL is masked, as it is written and as it is meant', () => {
  expect(secretsOf(new Map([['remote.x.url', 'https://me:pa%40ss@host/path']]), {})).toEqual(['pa%40ss', 'pa@ss']);
});

test('credentials in the environment are masked', () => {
  expect(secretsOf(new Map(), { AWS_SECRET_ACCESS_KEY: 'from the environment', HOME: '/home/me' })).toEqual(['from the environment']);
});

test('nothing empty is masked: that would mask everything', () => {
  expect(secretsOf(new Map([['remote.x.password', '']]), { AWS_SESSION_TOKEN: '' })).toEqual([]);
});
