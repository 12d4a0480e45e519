/** The program installed alone, from a registry on loopback: what it says without a plugin, what `plugin add` changes, and whose code it never loads. */
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cloneRepository, makeRepository, type Repository } from '../harness/repository.ts';
import { mustRun, type Outcome, run } from '../harness/run.ts';
import { openSandbox, type Sandbox } from '../harness/sandbox.ts';
import { bringSecrets, type Store, type StoreKind, storeKinds, type StoreRemote, useStore } from '../harness/stores.ts';
import { openTools, type Tools } from '../harness/tool.ts';
import { startVerdaccio, type Verdaccio } from '../servers/verdaccio.ts';

const root = join(import.meta.dirname, '..', '..');
const plugins = ['storage-http', 'storage-webdav'];

let tools: Tools;
let sandbox: Sandbox;
let registry: Verdaccio;
let env: NodeJS.ProcessEnv;
let program: string;
beforeAll(async () => {
  tools = await openTools();
  sandbox = openSandbox('plugins');
  registry = await startVerdaccio();
  await registry.publishWorkspace(['apps/cli', 'packages/storage', ...plugins.map((name) => join('packages', name))]);
  for (const name of plugins) await registry.publishInstalled(join(root, 'packages', name), dependenciesOf(name));
  const prefix = join(sandbox.dir, 'global');
  // nothing but what the user installs
  const { DATAPIN_PLUGIN_DIR: _, ...clean } = sandbox.env;
  env = { ...clean, ...registry.env, npm_config_prefix: prefix };
  await mustRun('npm', ['install', '--global', 'datapin'], { cwd: sandbox.dir, env });
  program = join(prefix, 'bin', 'datapin');
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await tools[Symbol.asyncDispose]();
  sandbox[Symbol.dispose]();
});

function dependenciesOf(name: string): readonly string[] {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as {
    dependencies: Readonly<Record<string, string>>;
  };
  return Object.keys(dependencies).filter((dependency) => !dependency.startsWith('@datapin/'));
}

const datapin = (cwd: string, ...args: readonly string[]): Promise<Outcome> => run(program, args, { cwd, env });

/** What needs the remote. */
const remoteCommands: readonly (readonly string[])[] = [['pull'], ['push'], ['fetch'], ['status', '-c']];

test('the program comes without any plugin', async () => {
  const { code, stdout } = await datapin(sandbox.dir, 'plugin', 'list', '--json');
  expect([code, JSON.parse(stdout)]).toEqual([0, { plugins: [] }]);
});

describe.each([
  { short: 'webdav', kind: 'webdav on wsgidav' },
  { short: 'http', kind: 'http' },
])('$short', ({ short, kind }) => {
  let store: Store;
  let remote: StoreRemote;
  let clone: Repository;
  beforeAll(async () => {
    store = await (storeKinds.find(({ name }) => name === kind) as StoreKind).start();
    remote = store.remote('data');
    const made = await makeRepository(sandbox, `made-${short}`, { tool: tools.dvc });
    await useStore(made, remote);
    made.write('file.txt', 'from the store\n');
    await made.run('add', 'file.txt');
    await made.run('push');
    await made.commit();
    clone = await cloneRepository(sandbox, made, { folder: `clone-${short}`, tool: tools.dvc });
    await bringSecrets(clone, remote);
  });
  afterAll(() => store[Symbol.asyncDispose]());

  test.each(remoteCommands.map((command) => ({ name: command.join(' '), command })))(
    '$name without the plugin names it and the command that installs it',
    async ({ command }) => {
      const { code, stdout, stderr } = await datapin(clone.dir, ...command);
      expect(code).toBe(255);
      expect(stdout + stderr).toContain(`${short}:// URLs need the storage plugin @datapin/storage-${short}, which is not installed`);
      expect(stdout + stderr).toContain(`datapin plugin add ${short}`);
      expect(stdout + stderr).not.toMatch(/^\s+at /mu);
    },
  );

  test('as JSON the error has a code of its own', async () => {
    const { stdout } = await datapin(clone.dir, 'pull', '--json');
    expect(JSON.stringify(JSON.parse(stdout))).toContain('"plugin-missing"');
  });

  test('doctor says it as well', async () => {
    const { stdout, stderr } = await datapin(clone.dir, 'doctor');
    expect(stdout + stderr).toContain(`datapin plugin add ${short}`);
  });

  test('after `plugin add` the same commands work', async () => {
    const added = await datapin(clone.dir, 'plugin', 'add', short);
    expect(added.code, added.stderr).toBe(0);
    expect(added.stdout).toContain(`Installed @datapin/storage-${short}`);
    for (const command of remoteCommands) {
      const { code, stdout, stderr } = await datapin(clone.dir, ...command);
      expect(code, `${command.join(' ')}\n${stdout}${stderr}`).toBe(0);
    }
    expect(clone.contents('.')['file.txt']).toBe('from the store\n');
  });

  test('after `plugin remove` they ask for it again', async () => {
    expect((await datapin(clone.dir, 'plugin', 'remove', short)).code).toBe(0);
    clone.wipe();
    expect((await datapin(clone.dir, 'pull')).stderr).toContain(`datapin plugin add ${short}`);
  });
});

test('a scheme that nobody serves is called that', async () => {
  const repository = await makeRepository(sandbox, 'unserved', { tool: tools.dvc });
  expect((await datapin(repository.dir, 'remote', 'add', '-d', 'store', 'carrier-pigeon://loft/7')).code).toBe(0);
  repository.write('file', 'content');
  await repository.run('add', 'file');
  const { code, stderr } = await datapin(repository.dir, 'push');
  expect(code).not.toBe(0);
  expect(stderr).toContain('no storage plugin serves carrier-pigeon:// URLs yet');
  expect(stderr).toContain('datapin plugin add <package>');
});

describe('an untrusted clone', () => {
  const marker = (): string => join(sandbox.dir, 'loaded');

  /** A package that leaves a trace when any of it is loaded or run. */
  function plant(folder: string, name: string, schemes: readonly string[]): void {
    const trace = `import { appendFileSync } from 'node:fs';\nappendFileSync(${JSON.stringify(marker())}, import.meta.url + '\\n');\nexport default {};\n`;
    const manifest = {
      name,
      version: '99.0.0',
      type: 'module',
      exports: './index.js',
      bin: { datapin: './index.js', npm: './index.js' },
      scripts: { preinstall: `touch ${marker()}`, postinstall: `touch ${marker()}` },
      datapin: { storage: { schemes } },
    };
    for (const [file, text] of [
      ['package.json', JSON.stringify(manifest)],
      ['index.js', trace],
    ] as const) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
  }

  /** A repository with plugins wherever somebody might look for them, all tracked by git. */
  async function hostileRepository(url: string): Promise<Repository> {
    const folder = `hostile-${Math.random().toString(36).slice(2)}`;
    const repository = await makeRepository(sandbox, folder, { tool: tools.dvc });
    repository.write('data', 'content');
    await repository.run('add', 'data');
    const { dir } = repository;
    for (const place of [
      'node_modules',
      '.dvc/node_modules',
      '.dvc/plugins/node_modules',
      'sub/node_modules',
      '.datapin/plugins/node_modules',
    ]) {
      plant(join(dir, place, '@datapin', 'storage-http'), '@datapin/storage-http', ['http', 'https']);
      plant(join(dir, place, 'storage-evil'), 'storage-evil', ['evil', 's3']);
      plant(join(dir, place, 'datapin'), 'datapin', ['evil']);
    }
    plant(dir, 'storage-evil', ['evil', 'http']);
    plant(join(dir, 'sub'), 'storage-evil', ['evil']);
    mkdirSync(join(dir, 'node_modules', '.bin'), { recursive: true });
    writeFileSync(join(dir, 'node_modules', '.bin', 'npm'), `#!/bin/sh\ntouch ${marker()}\n`, { mode: 0o755 });
    writeFileSync(
      join(dir, '.npmrc'),
      `registry=http://127.0.0.1:9/\nignore-scripts=false\nscript-shell=${join(dir, 'node_modules/.bin/npm')}\n`,
    );
    writeFileSync(join(dir, '.dvc', url.startsWith('evil') ? 'datapin' : 'config'), `['remote "store"']\n    url = ${url}\n`);
    writeFileSync(join(dir, '.env'), `DATAPIN_PLUGIN_DIR=${dir}\nNODE_OPTIONS=--import=${join(dir, 'index.js')}\n`);
    repository.wipe('data');
    await repository.git('add', '-Af');
    await repository.git('commit', '-q', '-m', 'hostile');
    return cloneRepository(sandbox, repository, { folder: `${folder}-clone`, tool: tools.dvc });
  }

  test.each(['evil://host/path', 'http://127.0.0.1:9/path'])('with plugins in every corner for %s: none of them is loaded', async (url) => {
    const { dir } = await hostileRepository(url);
    mkdirSync(join(dir, 'sub'), { recursive: true });
    for (const cwd of [dir, join(dir, 'sub')]) {
      for (const command of [
        ...remoteCommands,
        ['doctor'],
        ['plugin', 'list'],
        ['remote', 'list'],
        ['remote', 'modify', 'store', 'x', 'y'],
      ]) {
        const { stdout, stderr } = await datapin(
          cwd,
          ...command,
          ...(command[0] === 'pull' || command[0] === 'push' ? ['-r', 'store'] : []),
        );
        expect(stdout + stderr).not.toContain('99.0.0');
      }
      const { stderr } = await datapin(cwd, 'pull', '-r', 'store');
      expect(stderr).toContain(url.startsWith('evil') ? 'no storage plugin serves evil:// URLs yet' : 'datapin plugin add http');
    }
    expect(existsSync(marker())).toBe(false);
  });

  test('cannot get at `plugin add` either: not by its settings of npm, not by a package of the right name', async () => {
    const { dir } = await hostileRepository('http://127.0.0.1:9/path');
    const added = await datapin(dir, 'plugin', 'add', 'http');
    expect(added.code, added.stderr).toBe(0);
    expect(added.stdout).toContain('Installed @datapin/storage-http 0.1.0');
    const { stderr } = await datapin(dir, 'pull', '-r', 'store');
    expect(stderr).toContain('(connection refused)');
    await datapin(dir, 'plugin', 'remove', 'http');
    expect(existsSync(marker())).toBe(false);
  });

  test('does not get further by a link in place of its node_modules', async () => {
    const { dir } = await hostileRepository('evil://host/path');
    rmSync(join(dir, 'node_modules'), { recursive: true });
    symlinkSync(join(dir, 'sub', 'node_modules'), join(dir, 'node_modules'));
    expect((await datapin(dir, 'pull', '-r', 'store')).stderr).toContain('no storage plugin serves evil:// URLs yet');
    expect(existsSync(marker())).toBe(false);
  });
});
