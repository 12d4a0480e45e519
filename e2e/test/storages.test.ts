/** Every storage goes the same way: push, lose everything, pull, status; and where real DVC can use the store, each tool takes the other's data. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cloneRepository, makeRepository, type Repository } from '../harness/repository.ts';
import { openSandbox, type Sandbox } from '../harness/sandbox.ts';
import { bringSecrets, type Store, type StoreKind, storeKinds, useStore } from '../harness/stores.ts';
import { openTools, type Tool, type Tools } from '../harness/tool.ts';

let tools: Tools;
beforeAll(async () => {
  tools = await openTools();
});
afterAll(() => tools[Symbol.asyncDispose]());

const clean = { workspace: {}, remote: {} };
const data = ['data', 'large.bin', 'empty'] as const;

/** Odd names, equal contents, an empty file; more than what comes in one part. */
const files: Readonly<Record<string, string>> = {
  'data/plain.txt': 'plain',
  'data/a folder/with spaces & more.csv': 'a,b\n1,2\n',
  'data/ünïcode/漢字.bin': 'same',
  'data/100%25.txt': 'same',
  'data/deep/er/and/deeper': 'x'.repeat(300_000),
  'large.bin': 'datapin '.repeat((17 * 1024 * 1024) / 8),
  empty: '',
};

function contentsOf(repository: Repository): Readonly<Record<string, string>> {
  const all = repository.contents('.');
  return Object.fromEntries(Object.keys(files).flatMap((path) => (all[path] === undefined ? [] : [[path, all[path]]])));
}

async function addAndPush(repository: Repository): Promise<void> {
  for (const [path, content] of Object.entries(files)) repository.write(path, Buffer.from(content, 'latin1'));
  await repository.run('add', ...data);
  await repository.commit();
  await repository.run('push');
}

async function expectPulls(repository: Repository): Promise<void> {
  await repository.run('pull');
  expect(contentsOf(repository)).toEqual(files);
  expect(await repository.status()).toEqual(clean);
}

describe.each(storeKinds)('$name', (kind: StoreKind) => {
  let sandbox: Sandbox;
  let store: Store;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    sandbox = openSandbox('storages');
    store = await kind.start();
    env = { ...sandbox.env, ...store.env };
  });
  afterAll(async () => {
    await store[Symbol.asyncDispose]();
    sandbox[Symbol.dispose]();
  });

  const make = (folder: string, tool: Tool): Promise<Repository> => makeRepository(sandbox, folder, { tool, env });
  const clone = (source: Repository, folder: string, tool: Tool): Promise<Repository> => cloneRepository(sandbox, source, { folder, tool });

  test('what was pushed is there again after everything was lost', async () => {
    const remote = store.remote('pushed');
    const repository = await make('repository', tools.subject);
    await useStore(repository, remote);
    await addAndPush(repository);
    expect(await repository.status()).toEqual(clean);
    expect(await repository.run('push')).toContain('Everything is up to date');

    repository.wipe(...data);
    expect(contentsOf(repository)).toEqual({});
    await expectPulls(repository);

    const other = await clone(repository, 'clone', tools.subject);
    await bringSecrets(other, remote);
    await expectPulls(other);
    expect(await other.git('status', '--porcelain')).toBe('');
  });

  const { withoutDvc } = kind;

  test.each(withoutDvc === undefined ? [] : [withoutDvc])('real DVC goes on working beside it (it cannot use the store: %s)', async () => {
    const repository = await make('beside', tools.subject);
    await useStore(repository, store.remote('beside'));
    await addAndPush(repository);
    const { code, stdout, stderr } = await tools.dvc.run(['status', '--json'], { cwd: repository.dir, env });
    expect([code, stdout.trim()], stderr).toEqual([0, '{}']);
  });

  const orders = [
    ['datapin', 'dvc'],
    ['dvc', 'datapin'],
  ];
  test.each(withoutDvc === undefined ? orders : [])(
    'what %s pushes %s pulls, and the other way round',
    { timeout: 240_000 },
    async (first) => {
      const [maker, reader] = first === 'dvc' ? [tools.dvc, tools.subject] : [tools.subject, tools.dvc];
      const remote = store.remote(`by-${first}`);
      const made = await make(`made-by-${first}`, maker);
      await useStore(made, remote);
      await addAndPush(made);

      const read = await clone(made, `read-after-${first}`, reader);
      await bringSecrets(read, remote);
      await expectPulls(read);

      read.write('data/plain.txt', 'changed by the other one');
      await read.run('add', 'data');
      await read.commit();
      await read.run('push');
      await made.git('pull', '-q', read.dir, 'HEAD');
      made.wipe(...data);
      await made.run('pull');
      expect(contentsOf(made)).toEqual({ ...files, 'data/plain.txt': 'changed by the other one' });
      expect(await made.status()).toEqual(clean);
    },
  );
});
