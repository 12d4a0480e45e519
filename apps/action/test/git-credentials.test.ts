import { expect, test } from 'vitest';

import { gitEnvironment } from '../src/git-credentials.ts';

const access = { serverUrl: 'https://github.com', token: 'secret', workspace: '/workspace' };

test('git shows the token to its server alone, after setting aside what a checkout left there', () => {
  const env = gitEnvironment({ PATH: '/bin' }, access);
  expect(env).toEqual({
    PATH: '/bin',
    GIT_CONFIG_COUNT: '3',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '/workspace',
    GIT_CONFIG_KEY_1: 'http.https://github.com/.extraheader',
    GIT_CONFIG_VALUE_1: '',
    GIT_CONFIG_KEY_2: 'http.https://github.com/.extraheader',
    GIT_CONFIG_VALUE_2: `AUTHORIZATION: basic ${Buffer.from('x-access-token:secret').toString('base64')}`,
  });
});

test('settings that the environment has already stay', () => {
  const env = gitEnvironment({ GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'a.b', GIT_CONFIG_VALUE_0: 'c' }, { ...access, token: undefined });
  expect(env).toMatchObject({ GIT_CONFIG_COUNT: '2', GIT_CONFIG_KEY_0: 'a.b', GIT_CONFIG_KEY_1: 'safe.directory' });
});
