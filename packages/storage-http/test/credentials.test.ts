import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { OptionValue } from '@datapin/storage';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { openRemote, storageErrorOf } from './support/open-remote.ts';
import { type ScriptedServer, startScriptedServer } from './support/scripted-server.ts';

let server: ScriptedServer;
beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(() => server[Symbol.asyncDispose]());

const basic = (pair: string, encoding: BufferEncoding = 'utf8'): string => `Basic ${Buffer.from(pair, encoding).toString('base64')}`;

interface Remote {
  readonly options?: Readonly<Record<string, OptionValue>>;
  readonly userinfo?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The headers of a request. */
async function sentBy({ options = {}, userinfo = '', env = {} }: Remote): Promise<Readonly<Record<string, string>>> {
  const storage = await openRemote({ url: server.origin.replace('://', `://${userinfo}`), options, env });
  await storage.stat('key');
  await storage[Symbol.asyncDispose]();
  return server.requests[0]?.headers ?? {};
}

test('nothing is sent without auth, whatever user and password are', async () => {
  expect(await sentBy({ options: { user: 'me', password: 'secret' } })).not.toHaveProperty('authorization');
});

test('basic sends user and password', async () => {
  expect(await sentBy({ options: { auth: 'basic', user: 'me', password: 'se:cret' } })).toMatchObject({
    authorization: basic('me:se:cret'),
  });
});

test('basic sends Latin-1 where that is possible, as DVC does, and UTF-8 where DVC cannot', async () => {
  expect(await sentBy({ options: { auth: 'basic', user: 'me', password: 'pässword' } })).toMatchObject({
    authorization: basic('me:pässword', 'latin1'),
  });
});

test('characters beyond Latin-1 are sent as UTF-8', async () => {
  expect(await sentBy({ options: { auth: 'basic', user: 'me', password: '密' } })).toMatchObject({ authorization: basic('me:密') });
});

test('custom sends the password in the header that is named', async () => {
  const headers = await sentBy({ options: { auth: 'custom', custom_auth_header: 'Private-Token', password: 'secret' } });
  expect(headers).toMatchObject({ 'private-token': 'secret' });
  expect(headers).not.toHaveProperty('authorization');
});

test('user and password of the URL are sent', async () => {
  expect(await sentBy({ userinfo: 'me:p%40ss@' })).toMatchObject({ authorization: basic('me:p@ss') });
});

test.each([
  [{ auth: 'basic', user: 'me' }, 'password', 'unauthenticated'],
  [{ auth: 'basic', user: 'me', ask_password: true }, 'password', 'unauthenticated'],
  [{ auth: 'basic', password: 'secret' }, 'user', 'unauthenticated'],
  [{ auth: 'custom', password: 'secret' }, 'custom_auth_header', 'unauthenticated'],
  [{ auth: 'basic', user: 'a:b', password: 'secret' }, ':', 'invalid-request'],
  [{ auth: 'custom', custom_auth_header: 'a b', password: 'secret' }, 'a b', 'invalid-request'],
  [{ auth: 'custom', custom_auth_header: 'Host', password: 'secret' }, 'Host', 'invalid-request'],
  [{ auth: 'custom', custom_auth_header: 'transfer-encoding', password: 'secret' }, 'transfer-encoding', 'invalid-request'],
  [{ auth: 'custom', custom_auth_header: 'x', password: 'secret\r\nevil: 1' }, 'header', 'invalid-request'],
  [{ auth: 'digest', user: 'me', password: 'secret' }, 'digest', 'unsupported'],
] as const)('%j is refused before a request is made, without telling the password', async (options, what, code) => {
  const error = await storageErrorOf(sentBy({ options }));
  expect(error).toMatchObject({ code });
  expect(error.message).toContain(what);
  expect(`${error.message} ${error.hint}`).not.toContain('secret');
  expect(server.requests).toEqual([]);
});

describe('netrc', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'datapin-netrc-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));
  const write = (text: string, name = '.netrc'): void => writeFileSync(join(home, name), text);

  test('the entry of the host is used, as by DVC', async () => {
    write('machine other login x password y\n# a comment\nmachine 127.0.0.1\n  login me\n  password "se cret"\n');
    expect(await sentBy({ env: { HOME: home } })).toMatchObject({ authorization: basic('me:se cret') });
  });

  test('NETRC names another file', async () => {
    write('machine 127.0.0.1 login me password secret', 'other');
    expect(await sentBy({ env: { NETRC: join(home, 'other') } })).toMatchObject({ authorization: basic('me:secret') });
  });

  test.each(['machine other login me password secret', 'default login me password secret', 'machine 127.0.0.1 login me', ''])(
    'nothing comes of %j',
    async (text) => {
      write(text);
      expect(await sentBy({ env: { HOME: home } })).not.toHaveProperty('authorization');
    },
  );

  test('options come first', async () => {
    write('machine 127.0.0.1 login other password other');
    const options = { auth: 'basic', user: 'me', password: 'secret' };
    expect(await sentBy({ options, env: { HOME: home } })).toMatchObject({ authorization: basic('me:secret') });
  });
});
