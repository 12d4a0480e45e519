import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type HttpStorage, openRemote, readWhole, sourceOf, storageErrorOf } from './support/open-remote.ts';
import { type Answer, type RecordedRequest, type ScriptedServer, startScriptedServer } from './support/scripted-server.ts';

let home: ScriptedServer;
let other: ScriptedServer;
let answerAtHome: (request: RecordedRequest) => Answer;
beforeEach(async () => {
  home = await startScriptedServer((request) => answerAtHome(request));
  other = await startScriptedServer(() => ({ body: 'from elsewhere' }));
});
afterEach(async () => {
  await home[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

const basic = { auth: 'basic', user: 'me', password: 'the-password' } as const;
const custom = { auth: 'custom', custom_auth_header: 'X-Token', password: 'the-password' } as const;
const open = (options: Parameters<typeof openRemote>[0]['options'] = basic): Promise<HttpStorage> =>
  openRemote({ url: `${home.origin}/p`, options });
const to = (location: string, status = 302): Answer => ({ status, headers: { location } });

describe.each([301, 302, 303, 307, 308])('a read that is answered by %i', (status) => {
  test('is followed at the same origin, with the credentials', async () => {
    answerAtHome = ({ target }) => (target === '/p/key' ? to('/moved?x=1', status) : { body: target });
    expect(String(await readWhole(await open(), 'key'))).toBe('/moved?x=1');
    expect(home.requests[1]?.headers).toHaveProperty('authorization');
  });

  test.each([
    ['basic', basic],
    ['custom', custom],
  ])('is followed to another origin, without the credentials of auth = %s', async (_name, options) => {
    answerAtHome = () => to(`${other.origin}/signed?signature=1`, status);
    expect(String(await readWhole(await open(options), 'key'))).toBe('from elsewhere');
    expect(other.requests).toHaveLength(1);
    expect(JSON.stringify(other.requests[0]?.headers)).not.toMatch(/the-password|authorization|x-token/iu);
  });
});

test('credentials come along again when a redirect leads back home', async () => {
  answerAtHome = ({ target }) => (target === '/p/key' ? to(`${other.origin}/`) : { body: 'home' });
  await other[Symbol.asyncDispose]();
  other = await startScriptedServer(() => to(`${home.origin}/back`));
  expect(String(await readWhole(await open(), 'key'))).toBe('home');
  expect(other.requests[0]?.headers).not.toHaveProperty('authorization');
  expect(home.requests[1]?.headers).toHaveProperty('authorization');
});

test('a user in the address that a redirect names is not used', async () => {
  answerAtHome = () => to(other.origin.replace('://', '://planted:user@'));
  await readWhole(await open(), 'key');
  expect(other.requests[0]?.headers).not.toHaveProperty('authorization');
});

test('a refusal elsewhere says that no credentials were sent there', async () => {
  answerAtHome = () => to(`${other.origin}/x?signature=hidden`);
  await other[Symbol.asyncDispose]();
  other = await startScriptedServer(() => ({ status: 401 }));
  answerAtHome = () => to(`${other.origin}/x?signature=hidden`);
  const error = await storageErrorOf(readWhole(await open(), 'key'));
  expect(error).toMatchObject({ code: 'unauthenticated', hint: expect.stringContaining(other.origin) as string });
  expect(`${error.message}${error.hint}`).not.toContain('hidden');
});

test('ranges are asked for again at the new place', async () => {
  answerAtHome = () => to(`${other.origin}/x`);
  await other[Symbol.asyncDispose]();
  other = await startScriptedServer(() => ({ status: 206, headers: { 'content-range': 'bytes 1-2/9' }, body: 'ab' }));
  answerAtHome = () => to(`${other.origin}/x`);
  expect(String(await readWhole(await open(), 'key', { range: { start: 1, end: 3 } }))).toBe('ab');
  expect(other.requests[0]?.headers).toMatchObject({ range: 'bytes=1-2' });
});

describe('a chain of redirects', () => {
  const chain =
    (count: number) =>
    ({ target }: RecordedRequest): Answer => {
      const step = target === '/p/key' ? 0 : Number(target.slice(1));
      return step < count ? to(`/${step + 1}`) : { body: 'end' };
    };

  test('of five is followed', async () => {
    answerAtHome = chain(5);
    expect(String(await readWhole(await open(), 'key'))).toBe('end');
  });

  test('of six is not', async () => {
    answerAtHome = chain(6);
    expect(await storageErrorOf(readWhole(await open(), 'key'))).toMatchObject({ code: 'invalid-request' });
  });
});

test.each(['ftp://example/x', 'file:///etc/passwd', 'http://', 'javascript:1'])('%s is not followed', async (location) => {
  answerAtHome = () => to(location);
  expect(await storageErrorOf(readWhole(await open(), 'key'))).toMatchObject({ code: 'invalid-request' });
});

describe('uploads', () => {
  test('are made again where the same origin says so by 307 or 308', async () => {
    answerAtHome = ({ target }) => (target === '/p/key' ? to('/elsewhere', 307) : { status: 201 });
    await (await open()).write('key', sourceOf(Buffer.from('bytes')));
    expect(home.requests.map(({ method, target, body }) => [method, target, String(body)])).toEqual([
      ['POST', '/p/key', 'bytes'],
      ['POST', '/elsewhere', 'bytes'],
    ]);
  });

  test.each([301, 302, 303])('are not turned into a read by %i', async (status) => {
    answerAtHome = () => to('/elsewhere', status);
    expect(await storageErrorOf((await open()).write('key', sourceOf(Buffer.from('bytes'))))).toMatchObject({ code: 'invalid-request' });
    expect(home.requests).toHaveLength(1);
  });

  test('do not go to another origin', async () => {
    answerAtHome = () => to(`${other.origin}/x`, 307);
    const error = await storageErrorOf((await open()).write('key', sourceOf(Buffer.from('bytes'))));
    expect(error.message).toContain(other.origin);
    expect(other.requests).toEqual([]);
  });
});
