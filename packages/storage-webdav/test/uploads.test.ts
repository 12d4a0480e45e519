import { createHash } from 'node:crypto';

import { randomBytes, readAll, sourceOf, threeTries } from '@datapin/storage-testkit';
import { describe, expect, test } from 'vitest';

import { type FakeServer, type Personality, startFakeServer, storedFile } from './support/fake-server.ts';
import { nextcloud } from './support/nextcloud.ts';
import { openRemote, storageErrorOf, webdavUrl } from './support/open-remote.ts';

const bytes = randomBytes(1000, 1);

const methods = ({ requests }: FakeServer): string => requests.map(({ method }) => method).join(' ');
const objects = ({ resources }: FakeServer): readonly string[] =>
  [...resources].flatMap(([path, file]) => (file === undefined ? [] : [path]));

async function write(personality: Personality, keys: readonly string[] = ['key'], warn?: (message: string) => void): Promise<FakeServer> {
  const server = await startFakeServer(personality);
  await using storage = await openRemote({ url: webdavUrl(server.origin, '/base'), ...(warn === undefined ? {} : { warn }) });
  for (const key of keys) await storage.write(key, sourceOf(bytes));
  return server;
}

test('an object is collected beside the others and then gets its name', async () => {
  await using server = await write({});
  const put = server.requests.find(({ method }) => method === 'PUT');
  const move = server.requests.find(({ method }) => method === 'MOVE');
  expect(put?.target).toMatch(/^\/base\/\.datapin-uploads\/[\w-]{36}\/1$/u);
  expect(put?.headers['content-length']).toBe('1000');
  expect(move?.target).toBe(put?.target);
  expect(move?.headers).toMatchObject({ destination: `${server.origin}/base/key`, overwrite: 'T' });
  expect(objects(server)).toEqual(['/base/key']);
});

describe('collections', () => {
  test('the base one and all others are made when they are missing, each once', async () => {
    await using server = await write({}, ['a/b/1', 'a/b/2', 'a/c/3']);
    const made = server.requests.filter(({ method }) => method === 'MKCOL').map(({ target }) => target.replace(/[\w-]{36}/u, 'own'));
    const uploads = ['/base/.datapin-uploads/', '/base/.datapin-uploads/own/'];
    expect([...new Set(made)].toSorted()).toEqual(['/base/', ...uploads, '/base/a/', '/base/a/b/', '/base/a/c/']);
    // these were tried before the base was known to be missing
    expect(made.toSorted()).toEqual([...new Set(made), ...uploads].toSorted());
  });

  test('those that are there cost nothing', async () => {
    await using server = await startFakeServer();
    for (const path of ['/base', '/base/.datapin-uploads', '/base/a', '/base/b']) server.resources.set(path, undefined);
    await using storage = await openRemote({ url: webdavUrl(server.origin, '/base') });
    for (const key of ['a/1', 'a/2', 'b/3']) await storage.write(key, sourceOf(bytes));
    expect(methods(server)).toBe('MKCOL PUT MOVE PUT MOVE PUT MOVE');
  });

  test('many objects of one new folder make it once', async () => {
    await using server = await startFakeServer();
    await using storage = await openRemote({ url: webdavUrl(server.origin) });
    await storage.write('first', sourceOf(bytes));
    await Promise.all(Array.from({ length: 20 }, (_, index) => storage.write(`new/${index}`, sourceOf(bytes))));
    expect(server.requests.filter(({ method, target }) => method === 'MKCOL' && target === '/new/')).toHaveLength(1);
  });

  test('one that somebody removes meanwhile is made again', async () => {
    await using server = await startFakeServer();
    await using storage = await openRemote({ url: webdavUrl(server.origin) });
    await storage.write('a', sourceOf(bytes));
    for (const path of server.resources.keys()) if (path.startsWith('/.datapin-uploads')) server.resources.delete(path);
    await storage.write('b', sourceOf(bytes));
    expect(objects(server)).toEqual(['/a', '/b']);
  });
});

describe('renaming', () => {
  test.each([
    ['paths only', (destination: string) => destination.startsWith('/')],
    ['addresses only', (destination: string) => destination.startsWith('http')],
  ])('a server that understands %s gets them, after the first time at once', async (_what, understands) => {
    await using server = await write({ understands }, ['a', 'b', 'c']);
    expect(objects(server)).toEqual(['/base/a', '/base/b', '/base/c']);
    expect(server.requests.filter(({ method }) => method === 'MOVE').length).toBeLessThanOrEqual(4);
  });

  test('without MOVE the object is written under its name, the user is told, and the traits no longer promise', async () => {
    const warnings: string[] = [];
    await using server = await startFakeServer({ move: false });
    await using storage = await openRemote({ url: webdavUrl(server.origin), warn: (message) => warnings.push(message) });
    expect(storage.traits.atomicWrites).toBe(true);
    await storage.write('folder/a', sourceOf(bytes));
    await storage.write('folder/b', sourceOf(bytes));
    expect(storage.traits.atomicWrites).toBe(false);
    expect(warnings).toHaveLength(1);
    await storage[Symbol.asyncDispose]();
    expect(objects(server)).toEqual(['/folder/a', '/folder/b']);
  });

  test('without MOVE, on a server that keeps what breaks off, a failed upload leaves nothing', async () => {
    await using server = await startFakeServer({ move: false, atomicPut: false });
    const storage = await openRemote({ url: webdavUrl(server.origin) });
    await storage.write('a', sourceOf(bytes));
    const large = sourceOf(randomBytes(2_000_000, 1), {
      before: (given) => {
        if (given > 1_000_000) throw new Error('the disk failed');
      },
    });
    await expect(storage.write('b', large)).rejects.toThrow('the disk failed');
    await storage[Symbol.asyncDispose]();
    expect(objects(server)).toEqual(['/a']);
  });

  test('a lock that lasts as long as another request is waited for', async () => {
    let locked = 2;
    const intercept: Personality['intercept'] = ({ method }) => (method === 'MOVE' && locked-- > 0 ? { status: 423 } : undefined);
    await using server = await write({ intercept });
    expect(objects(server)).toEqual(['/base/key']);
  });

  test('a lock that stays is a failure that may pass', async () => {
    await using server = await startFakeServer({ intercept: ({ method }) => (method === 'PUT' ? { status: 423 } : undefined) });
    await using storage = await openRemote({ url: webdavUrl(server.origin) });
    expect(await storageErrorOf(storage.write('key', sourceOf(bytes)))).toMatchObject({ code: 'unavailable', status: 423 });
  });
});

describe('what is left behind', () => {
  const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);

  test('by a process that died, a day ago, is removed after a write', async () => {
    await using server = await startFakeServer();
    server.resources.set('/.datapin-uploads', undefined);
    server.resources.set('/.datapin-uploads/old', storedFile('half', yesterday));
    server.resources.set('/.datapin-uploads/recent', storedFile('half'));
    const storage = await openRemote({ url: webdavUrl(server.origin) });
    await storage.write('key', sourceOf(bytes));
    await storage[Symbol.asyncDispose]();
    expect(objects(server)).toEqual(['/.datapin-uploads/recent', '/key']);
  });

  test('goes with the folder of this storage, whose removal is asked for again when it is refused', async () => {
    let refusals = 0;
    const answers: Personality['intercept'] = ({ method }) => {
      if (method === 'MOVE') return { status: 503 };
      return method === 'DELETE' && (refusals += 1) <= 2 ? { status: 503 } : undefined;
    };
    await using server = await startFakeServer({ intercept: answers });
    const storage = await openRemote({ url: webdavUrl(server.origin) });
    await storageErrorOf(storage.write('key', sourceOf(bytes)));
    await storage[Symbol.asyncDispose]();
    expect([...server.resources.keys()].filter((path) => path.includes('uploads/'))).toEqual([]);
    expect(objects(server)).toEqual([]);
  });

  test('is not touched by who only reads, and never listed', async () => {
    await using server = await startFakeServer();
    server.resources.set('/.datapin-uploads', undefined);
    server.resources.set('/.datapin-uploads/old', storedFile('half', yesterday));
    server.resources.set('/key', storedFile('bytes'));
    const storage = await openRemote({ url: webdavUrl(server.origin) });
    const listed: string[] = [];
    for await (const page of storage.list('')) listed.push(...page.map(({ key }) => key));
    await storage[Symbol.asyncDispose]();
    expect(listed).toEqual(['key']);
    expect(objects(server)).toEqual(['/.datapin-uploads/old', '/key']);
  });

  test('no key leads into the folder of unfinished uploads', async () => {
    await using server = await startFakeServer();
    await using storage = await openRemote({ url: webdavUrl(server.origin) });
    expect(await storageErrorOf(storage.write('.datapin-uploads/x', sourceOf(bytes)))).toMatchObject({ code: 'invalid-request' });
  });
});

describe('Nextcloud', () => {
  const account = { user: 'me', password: 'app-password' };

  test('in maintenance is unavailable for as long as it says, in its own words', async () => {
    await using server = await startFakeServer(nextcloud({ ...account, maintenance: () => true }));
    await using storage = await openRemote({ url: webdavUrl(server.origin), options: account });
    expect(await storageErrorOf(storage.stat('key'))).toMatchObject({
      code: 'unavailable',
      retryAfterMs: 120_000,
      message: expect.stringContaining('System in maintenance mode.'),
    });
  });

  test('behind a proxy that takes no body of that size says what to do', async () => {
    await using server = await startFakeServer(nextcloud({ ...account, longestBody: 1500 }));
    await using storage = await openRemote({ url: webdavUrl(server.origin), options: account });
    await storage.write('small', sourceOf(bytes));
    const error = await storageErrorOf(storage.write('large', sourceOf(randomBytes(2000, 1))));
    expect(error).toMatchObject({ code: 'invalid-request', status: 413, hint: expect.stringContaining('Raise its limit') });
  });
});

describe('chunks on Nextcloud', () => {
  const account = { user: 'me', password: 'app-password' };
  const large = randomBytes(36 * 1024 * 1024, 2);
  const md5 = createHash('md5').update(large).digest('hex');

  const folders = ['', '/dav', '/dav/files', '/dav/files/me', '/dav/uploads', '/dav/uploads/me'].map((path) => `/remote.php${path}`);

  async function nextcloudServer(longestBody: number): Promise<FakeServer> {
    const server = await startFakeServer(nextcloud({ ...account, longestBody }));
    for (const path of folders) server.resources.set(path, undefined);
    return server;
  }

  test('a large object passes a proxy that takes no body of its size, into a folder that was not there', async () => {
    await using server = await nextcloudServer(20_000_000);
    const storage = await openRemote({ url: webdavUrl(server.origin, '/remote.php/dav/files/me/base'), options: account });
    await storage.write('new/folder/large', sourceOf(large), { md5 });
    await storage[Symbol.asyncDispose]();
    expect(objects(server)).toEqual(['/remote.php/dav/files/me/base/new/folder/large']);
    expect(Buffer.compare(server.resources.get('/remote.php/dav/files/me/base/new/folder/large')?.bytes ?? Buffer.alloc(0), large)).toBe(0);
    expect(server.requests.filter(({ method }) => method === 'PUT')).toHaveLength(3);
  });

  test('a chunk that fails for a moment is sent again, where whoever calls repeats steps', async () => {
    let failures = 0;
    await using server = await startFakeServer({
      ...nextcloud(account),
      intercept: ({ method, target }) => (method === 'PUT' && target.endsWith('/00002') && ++failures <= 2 ? { status: 503 } : undefined),
    });
    for (const path of folders) server.resources.set(path, undefined);
    await using storage = await openRemote({ url: webdavUrl(server.origin, '/remote.php/dav/files/me'), options: account });
    await storage.write('large', sourceOf(large), { md5, step: threeTries });
    const chunks = server.requests.filter(({ method }) => method === 'PUT').map(({ target }) => target.slice(-5));
    expect(chunks).toEqual(['00001', '00002', '00002', '00002', '00003']);
    expect(server.resources.get('/remote.php/dav/files/me/large')?.bytes.equals(large)).toBe(true);
  });

  test.each([
    ['that is refused in the middle', 10_000_000, md5, { status: 413 }],
    ['with another MD5 than promised', 20_000_000, 'd41d8cd98f00b204e9800998ecf8427e', { code: 'invalid-request' }],
  ])('a large object %s leaves no chunk', async (_what, longestBody, promised, error) => {
    await using server = await nextcloudServer(longestBody);
    const storage = await openRemote({ url: webdavUrl(server.origin, '/remote.php/dav/files/me'), options: account });
    expect(await storageErrorOf(storage.write('large', sourceOf(large), { md5: promised }))).toMatchObject(error);
    await storage[Symbol.asyncDispose]();
    expect([...server.resources.keys()].filter((path) => path.startsWith('/remote.php/dav/uploads/me/'))).toEqual([]);
    expect(objects(server)).toEqual([]);
  });
});

test('a full server says so', async () => {
  await using server = await startFakeServer({ intercept: ({ method }) => (method === 'PUT' ? { status: 507 } : undefined) });
  await using storage = await openRemote({ url: webdavUrl(server.origin) });
  expect(await storageErrorOf(storage.write('key', sourceOf(bytes)))).toMatchObject({
    code: 'quota-exceeded',
    hint: expect.stringContaining('quota'),
  });
});

test('a server without ranges sends the whole: the part is cut out, and the traits say that parts cost the whole', async () => {
  await using server = await startFakeServer({ ranges: false });
  server.resources.set('/key', storedFile(bytes));
  await using storage = await openRemote({ url: webdavUrl(server.origin) });
  expect(storage.traits.rangeReads).toBe(true);
  expect(await readAll(await storage.read('key', { range: { start: 100, end: 300 } }))).toEqual(bytes.slice(100, 300));
  expect(storage.traits.rangeReads).toBe(false);
});
