/** Real DVC and datapin on the same plain HTTP remote: what one puts there the other gets, with each way to say who asks. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cloneRepository, makeRepository, type Repository } from '../harness/repository.ts';
import { openSandbox, type Sandbox } from '../harness/sandbox.ts';
import { openTools, type Tool, type Tools } from '../harness/tool.ts';
import { type HttpStore, startHttpStore } from '../servers/http-store.ts';

const password = 'pass/word: 1@';
const basic = `Basic ${Buffer.from(`me:${password}`, 'utf8').toString('base64')}`;

let tools: Tools;
let store: HttpStore;
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = openSandbox('http');
  tools = await openTools();
  store = await startHttpStore({
    credentials: [
      ['authorization', basic],
      ['x-token', 'a-token'],
    ],
  });
});
afterAll(async () => {
  await tools[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  sandbox[Symbol.dispose]();
});

interface Access {
  readonly name: string;
  /** The remote's address for a folder of the server. */
  readonly url: (origin: string, folder: string) => string;
  readonly options: Readonly<Record<string, string>>;
  readonly secret: string | undefined;
}

const below = (origin: string, folder: string): string => `${origin}/${folder}`;

const accesses: readonly Access[] = [
  { name: 'basic, POST', url: below, options: { auth: 'basic', user: 'me' }, secret: password },
  { name: 'basic, PUT', url: below, options: { auth: 'basic', user: 'me', method: 'PUT' }, secret: password },
  { name: 'a custom header', url: below, options: { auth: 'custom', custom_auth_header: 'X-Token' }, secret: 'a-token' },
  {
    name: 'user and password in the URL',
    url: (origin, folder) => below(origin.replace('://', '://me:pass%2Fword%3A%201%40@'), folder),
    options: {},
    secret: undefined,
  },
];

/** Addresses that have to be escaped; both tools in the same way. */
const oddAddresses: readonly Access[] = [
  {
    name: 'a path with spaces, escapes and letters of all kinds',
    url: (origin, folder) => `${origin}/${folder}/a b/%20%2f/%c3%bc+&~%7e/../x//`,
    options: { auth: 'basic', user: 'me' },
    secret: password,
  },
  {
    name: 'a path in the query',
    url: (origin, folder) => `${origin}/get?path=/${folder} %c3%bc&x=`,
    options: { auth: 'basic', user: 'me' },
    secret: password,
  },
];

/** More than what comes in one part. */
const large = 17 * 1024 * 1024;
const letters = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`file ${index}`, `content ${index}`]));

async function configure(repository: Repository, { options, secret }: Access, url: string): Promise<void> {
  await repository.run('remote', 'add', '-q', '-d', 'store', url);
  for (const [name, value] of Object.entries(options)) await repository.run('remote', 'modify', 'store', name, value);
  if (secret !== undefined) await repository.run('remote', 'modify', '--local', 'store', 'password', secret);
}

async function addData(repository: Repository): Promise<void> {
  for (const [path, content] of Object.entries(letters)) repository.write(`data/${path}`, content);
  repository.write('empty', '');
  await repository.run('add', 'data', 'empty');
  await repository.commit();
}

async function expectAll(repository: Repository): Promise<void> {
  await repository.run('pull');
  expect(repository.contents('data')).toEqual(letters);
  expect(await repository.status()).toEqual({ workspace: {}, remote: {} });
}

describe.each(accesses)('$name', (access) => {
  test.each(['dvc', 'subject'] as const)(
    'what %s pushes the other one pulls, adds to, and gets back',
    { timeout: 240_000 },
    async (first) => {
      const maker: Tool = tools[first];
      const reader: Tool = tools[first === 'dvc' ? 'subject' : 'dvc'];
      const folder = `${accesses.indexOf(access)}-${first}`;
      const url = access.url(store.origin, folder);
      const made = await makeRepository(sandbox, `made-${folder}`, { tool: maker });
      await configure(made, access, url);
      await addData(made);
      await made.run('push');
      // what the server keeps, by the request targets, is the same whoever pushed
      const pushed = [...store.objects.keys()].length;

      const clone = await cloneRepository(sandbox, made, { folder: `clone-${folder}`, tool: reader });
      if (access.secret !== undefined) await clone.run('remote', 'modify', '--local', 'store', 'password', access.secret);
      await expectAll(clone);
      await clone.run('push');
      expect([...store.objects.keys()]).toHaveLength(pushed);

      clone.write('data/more', 'of the other one');
      await clone.run('add', 'data');
      await clone.commit();
      await clone.run('push');
      await made.git('pull', '-q', clone.dir, 'HEAD');
      made.wipe('data');
      await made.run('pull');
      expect(made.contents('data')).toEqual({ ...letters, more: 'of the other one' });
      expect(await made.status()).toEqual({ workspace: {}, remote: {} });
    },
  );
});

test('both put the same objects at the same addresses', async () => {
  const addresses = async (tool: Tool, index: number, access: Access): Promise<readonly string[]> => {
    const folder = `same-${index}-${tool.name}`;
    const repository = await makeRepository(sandbox, folder, { tool });
    await configure(repository, access, access.url(store.origin, folder));
    repository.write('file', 'the same');
    await repository.run('add', 'file');
    const before = new Set(store.objects.keys());
    await repository.run('push');
    return [...store.objects.keys()].filter((key) => !before.has(key)).map((key) => key.replace(folder, 'folder'));
  };
  for (const [index, access] of [...accesses, ...oddAddresses].entries()) {
    const theirs = await addresses(tools.dvc, index, access);
    expect(theirs).toHaveLength(1);
    expect(await addresses(tools.subject, index, access), access.name).toEqual(theirs);
  }
});

test('from a server without HEAD and without parts a large object comes whole, in one piece', async () => {
  await using simple = await startHttpStore({ refuseHead: 405, ignoreRanges: true });
  const made = await makeRepository(sandbox, 'simple', { tool: tools.subject });
  await made.run('remote', 'add', '-q', '-d', 'store', simple.origin);
  made.write('large.bin', Buffer.alloc(large, 'datapin '));
  await made.run('add', 'large.bin');
  await made.run('push');
  const clean = simple.requests.length;
  made.wipe('large.bin');
  await made.run('pull');
  expect(made.contents('.')['large.bin']?.length).toBe(large);
  const ranges = simple.requests.slice(clean).map(({ method, headers }) => [method, headers['range']]);
  expect(ranges).toEqual([
    ['HEAD', undefined],
    ['GET', 'bytes=0-0'],
    ['GET', undefined],
  ]);
});

describe('data that DVC imported from a web address', () => {
  /** A clone of a repository that knows the data by its address alone. */
  const importing = async (address: string): Promise<Repository> => {
    const folder = `import-${Math.random().toString(36).slice(2)}`;
    const maker = await makeRepository(sandbox, folder, { tool: tools.dvc });
    await maker.run('import-url', '-q', '--no-download', address, 'data.csv');
    await maker.commit();
    return cloneRepository(sandbox, maker, { folder: `${folder}-clone`, tool: tools.subject });
  };
  let open: HttpStore;
  beforeAll(async () => {
    open = await startHttpStore();
  });
  afterAll(() => open[Symbol.asyncDispose]());

  test.each([
    ['/plain.csv', '/plain.csv'],
    ['/a b/%20%2f/ü.csv', '/a%20b/%20%2F/%C3%BC.csv'],
    ['/download?id=5&name=a b', '/download?id=5&name=a+b'],
    ['/x/../y.csv', '/y.csv'],
  ])('%s comes from there', async (path, target) => {
    open.objects.set(target, Buffer.from(`bytes of ${target}`));
    const clone = await importing(open.origin + path);
    await clone.run('pull');
    expect(clone.contents('.')['data.csv']).toBe(`bytes of ${target}`);
  });

  test('is refused when the server has something else there by now', async () => {
    open.objects.set('/changing.csv', Buffer.from('before'));
    const clone = await importing(`${open.origin}/changing.csv`);
    open.objects.set('/changing.csv', Buffer.from('after!'));
    const { code, stdout, stderr } = await clone.tool.run(['pull'], { cwd: clone.dir, env: clone.env });
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain('has changed since');
  });
});
