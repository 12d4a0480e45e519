import { describe, expect, test } from 'vitest';

import { type Answer, type Personality, startFakeServer, storedFile } from './support/fake-server.ts';
import { openRemote, storageErrorOf, webdavUrl } from './support/open-remote.ts';

const keys = ["it's", 'a+b', 'a%20b', 'a b', '100%', 'x&y', 'ü/漢', 'plain'];

async function listWith(personality: Personality, base = ''): Promise<readonly string[]> {
  await using server = await startFakeServer(personality);
  for (const path of [base, `${base}/ü`]) server.resources.set(path, undefined);
  for (const key of keys) server.resources.set(`${base}/${key}`, storedFile(key));
  await using storage = await openRemote({ url: webdavUrl(server.origin, encodeURI(base)) });
  const found: string[] = [];
  for await (const page of storage.list('')) found.push(...page.map(({ key }) => key));
  return found.toSorted();
}

describe('an href may be', () => {
  test.each<[string, Personality['hrefOf']]>([
    ['a path', (path) => path],
    ['a full address', (path, origin) => origin + path],
    ['the address that the server has behind a proxy', (path) => `http://internal:8080${path}`],
    ['a path that the server has behind a proxy', (path) => `/inner/place${path}`],
    ['encoded in lower case', (path) => path.replace(/%[0-9A-F]{2}/gu, (escape) => escape.toLowerCase())],
    ['encoded no more than it must be', (path) => path.replace(/%(?:2B|26|27)/gu, decodeURIComponent)],
    ['a collection without a slash at its end', (path) => path.replace(/(.)\/$/u, '$1')],
  ])('%s', async (_what, hrefOf) => {
    expect(await listWith(hrefOf === undefined ? {} : { hrefOf }, '/ba se')).toEqual(keys.toSorted());
  });
});

async function listAnswered(answer: Answer): Promise<readonly string[]> {
  await using server = await startFakeServer({ intercept: () => answer });
  await using storage = await openRemote({ url: webdavUrl(server.origin) });
  const found: string[] = [];
  for await (const page of storage.list('')) found.push(...page.map(({ key, size }) => `${key} ${size}`));
  return found;
}

const multistatus = (body: string): Answer => ({
  status: 207,
  body: `<?xml version="1.0"?><multistatus xmlns="DAV:">${body}</multistatus>`,
});
const self =
  '<response><href>/</href><propstat><prop><resourcetype><collection/></resourcetype></prop><status>HTTP/1.1 200 OK</status></propstat></response>';
const file = (href: string, more = ''): string =>
  `<response><href>${href}</href><propstat><prop><resourcetype/><getcontentlength>3</getcontentlength>${more}</prop><status>HTTP/1.1 200 OK</status></propstat></response>`;

test('a name that comes twice is listed once', async () => {
  expect(await listAnswered(multistatus(self + file('/a') + file('/a')))).toEqual(['a 3']);
});

test('an entity tag that looks like a number stays a text', async () => {
  await using server = await startFakeServer({ intercept: () => multistatus(file('/key', '<getetag>1e5</getetag>')) });
  await using storage = await openRemote({ url: webdavUrl(server.origin) });
  expect(await storage.stat('key')).toEqual({ key: 'key', size: 3, etag: '1e5' });
});

test('what vanished while the server listed it is left out', async () => {
  const gone = '<response><href>/gone</href><status>HTTP/1.1 404 Not Found</status></response>';
  expect(await listAnswered(multistatus(self + gone + file('/a')))).toEqual(['a 3']);
});

test('what the server may not tell about fails the listing: it is not missing', async () => {
  const secret = '<response><href>/secret</href><status>HTTP/1.1 403 Forbidden</status></response>';
  expect(await storageErrorOf(listAnswered(multistatus(self + secret)))).toMatchObject({ code: 'forbidden' });
});

test.each([
  ['a page', { status: 200, body: '<html></html>' }],
  ['another XML', { status: 207, body: '<?xml version="1.0"?><other/>' }],
  ['no XML', { status: 207, body: 'nothing' }],
  ['a document type', { status: 207, body: '<!DOCTYPE m [<!ENTITY a "aaaa">]><multistatus xmlns="DAV:"/>' }],
])('%s is not an empty listing', async (_what, answer) => {
  expect(await storageErrorOf(listAnswered(answer))).toMatchObject({
    code: 'invalid-request',
    hint: expect.stringContaining('WebDAV collection'),
  });
});

test('folders are asked about a few at a time, and no further than somebody reads', async () => {
  let open = 0;
  let most = 0;
  await using server = await startFakeServer({
    intercept: () => {
      most = Math.max(most, ++open);
      setImmediate(() => (open -= 1));
      return undefined;
    },
  });
  for (let index = 0; index < 60; index++) {
    server.resources.set(`/${index}`, undefined);
    for (let object = 0; object < 100; object++) server.resources.set(`/${index}/${object}`, storedFile('x'));
  }
  await using storage = await openRemote({ url: webdavUrl(server.origin) });
  for await (const page of storage.list('')) {
    expect(page).toHaveLength(1000);
    break;
  }
  expect(server.requests.length).toBeLessThan(30);
  expect(most).toBeLessThanOrEqual(8);
});
