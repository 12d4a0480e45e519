import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sourceOf } from '@datapin/storage-testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type FakeServer, type SeenRequest, startFakeServer, storedFile } from './support/fake-server.ts';
import { openRemote, storageErrorOf, webdavUrl } from './support/open-remote.ts';

const authorizations = ({ requests }: FakeServer): readonly (string | undefined)[] =>
  requests.map(({ headers }) => headers['authorization']);

async function statBy(options: Readonly<Record<string, string>>, url = ''): Promise<readonly SeenRequest[]> {
  await using server = await startFakeServer();
  server.resources.set('/key', storedFile('bytes'));
  await using storage = await openRemote({ url: webdavUrl(server.origin, '').replace('//', `//${url}`), options });
  await storage.stat('key');
  return server.requests;
}

describe('who asks', () => {
  test('nobody, when nothing is configured', async () => {
    expect((await statBy({})).map(({ headers }) => headers['authorization'])).toEqual([undefined]);
  });

  test('a token goes before user and password', async () => {
    const [request] = await statBy({ token: 'a-token', user: 'me', password: 'secret' });
    expect(request?.headers['authorization']).toBe('Bearer a-token');
  });

  test('the user goes before a header of one’s own', async () => {
    const requests = await statBy({ user: 'me', password: 'secret', custom_auth_header: 'X-Token' });
    expect(requests.at(-1)?.headers).toMatchObject({ authorization: `Basic ${Buffer.from('me:secret').toString('base64')}` });
    expect(requests.at(-1)?.headers['x-token']).toBeUndefined();
  });

  test('the password goes in a header of one’s own', async () => {
    const [request] = await statBy({ password: 'secret', custom_auth_header: 'X-Token' });
    expect(request?.headers['x-token']).toBe('secret');
  });

  test('user and password may stand in the URL', async () => {
    const requests = await statBy({}, 'me:pass%2Fword@');
    expect(requests.at(-1)?.headers['authorization']).toBe(`Basic ${Buffer.from('me:pass/word').toString('base64')}`);
  });

  test('a user that is configured wins over the URL’s', async () => {
    const requests = await statBy({ user: 'other', password: 'secret' }, 'me@');
    expect(requests.at(-1)?.headers['authorization']).toBe(`Basic ${Buffer.from('other:secret').toString('base64')}`);
  });
});

test('over plain http a server that takes Digest never sees the password', async () => {
  await using server = await startFakeServer({ credentials: { user: 'me', password: 'secret', scheme: 'digest' } });
  await using storage = await openRemote({ url: webdavUrl(server.origin), options: { user: 'me', password: 'secret' } });
  await storage.write('key', sourceOf(Buffer.from('bytes')));
  expect(server.resources.get('/key')?.bytes.toString()).toBe('bytes');
  expect(authorizations(server).filter((value) => value?.startsWith('Basic'))).toEqual([]);
  expect(authorizations(server).filter((value) => value?.startsWith('Digest')).length).toBeGreaterThan(0);
});

test('a wrong password is refused after one try with Digest', async () => {
  await using server = await startFakeServer({ credentials: { user: 'me', password: 'secret', scheme: 'digest' } });
  await using storage = await openRemote({ url: webdavUrl(server.origin), options: { user: 'me', password: 'wrong' } });
  expect(await storageErrorOf(storage.stat('key'))).toMatchObject({
    code: 'unauthenticated',
    status: 401,
    hint: expect.stringContaining('app password'),
  });
  expect(server.requests.length).toBeLessThanOrEqual(3);
});

test('no cookie is ever sent back', async () => {
  await using server = await startFakeServer({ headers: { 'set-cookie': 'session=1; path=/' } });
  await using storage = await openRemote({ url: webdavUrl(server.origin) });
  await storage.write('key', sourceOf(Buffer.from('bytes')));
  await storage.stat('key');
  expect(server.requests.filter(({ headers }) => headers['cookie'] !== undefined)).toEqual([]);
});

describe('bearer_token_command', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'token-command-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A program that prints `token-1`, `token-2`, … and the variable it is given. */
  function program(last = 'echo "token-$count"'): string {
    const file = join(folder, 'get token');
    const log = join(folder, 'log');
    writeFileSync(file, `#!/bin/sh\necho "$1 $SETTING" >> '${log}'\ncount=$(wc -l < '${log}' | tr -d ' ')\n${last}\n`);
    chmodSync(file, 0o755);
    return `'${file}' 'an argument'`;
  }
  const runs = (): string => readFileSync(join(folder, 'log'), 'utf8');

  test('is run once, with the environment that was handed in, and its output is the token', async () => {
    await using server = await startFakeServer();
    server.resources.set('/key', storedFile('bytes'));
    const env = { PATH: process.env['PATH'] ?? '', SETTING: 'value' };
    await using storage = await openRemote({ url: webdavUrl(server.origin), options: { bearer_token_command: program() }, env });
    await Promise.all([storage.stat('key'), storage.stat('key'), storage.stat('key')]);
    expect(runs()).toBe('an argument value\n');
    expect(authorizations(server)).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-1']);
  });

  test('is run again when the server refuses its token, and no more than that', async () => {
    await using server = await startFakeServer({
      intercept: ({ headers }) => (headers['authorization'] === 'Bearer token-2' ? undefined : { status: 401 }),
    });
    server.resources.set('/key', storedFile('bytes'));
    await using storage = await openRemote({
      url: webdavUrl(server.origin),
      options: { bearer_token_command: program() },
      env: { PATH: process.env['PATH'] ?? '' },
    });
    await storage.stat('key');
    await storage.stat('key');
    expect(authorizations(server)).toEqual(['Bearer token-1', 'Bearer token-2', 'Bearer token-2']);
  });

  test.each([
    ['fails', 'echo secret-output >&2; exit 3', 'ended with 3'],
    ['prints nothing', 'true', 'did not print one token'],
    ['prints more than a token', 'echo secret-output; echo more', 'did not print one token'],
  ])('that %s is told without what it printed', async (_how, last, message) => {
    await using server = await startFakeServer();
    await using storage = await openRemote({
      url: webdavUrl(server.origin),
      options: { bearer_token_command: program(last) },
      env: { PATH: process.env['PATH'] ?? '' },
    });
    const error = await storageErrorOf(storage.stat('key'));
    expect(error).toMatchObject({ code: 'unauthenticated', message: expect.stringContaining(message) });
    expect(JSON.stringify([error.message, error.hint, error.cause])).not.toContain('secret-output');
    expect(server.requests).toEqual([]);
  });

  test('a server that repeats its token in an error does not get it shown', async () => {
    await using server = await startFakeServer({
      intercept: ({ headers }) => ({ status: 500, body: `<s:message xmlns:s="x">for ${headers['authorization']}</s:message>` }),
    });
    await using storage = await openRemote({
      url: webdavUrl(server.origin),
      options: { bearer_token_command: program() },
      env: { PATH: process.env['PATH'] ?? '' },
    });
    expect((await storageErrorOf(storage.stat('key'))).message).toContain('for Bearer ***');
  });

  test('from a file that git tracks is never run', async () => {
    const opening = openRemote({
      url: 'webdav://127.0.0.1:9',
      options: { bearer_token_command: program() },
      tracked: ['bearer_token_command'],
    });
    expect(await storageErrorOf(opening)).toMatchObject({ code: 'invalid-request', hint: expect.stringContaining('--local') });
    expect(runs).toThrow(/ENOENT/u);
  });
});
