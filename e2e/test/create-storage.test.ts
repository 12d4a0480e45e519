/**
 * What a stranger does: starts a plugin by `npm create` from a registry that holds the packed packages, follows docs/storage-plugins.md to the
 * letter, publishes, installs, and uses the plugin in a repository that real DVC works on as well. No network: the registry is on loopback.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isPrinted, shownCommands, shownFiles } from '../harness/console-blocks.ts';
import { mustRun, run } from '../harness/run.ts';
import { openSandbox, type Sandbox } from '../harness/sandbox.ts';
import { startVerdaccio, type Verdaccio } from '../servers/verdaccio.ts';

const root = join(import.meta.dirname, '..', '..');
const page = join(root, 'docs', 'storage-plugins.md');

let sandbox: Sandbox;
let registry: Verdaccio;
let env: NodeJS.ProcessEnv;
/** Where the page's reader is. */
let cwd: string;

beforeAll(async () => {
  sandbox = openSandbox('create-storage');
  registry = await startVerdaccio();
  await registry.publishWorkspace(['apps/cli', 'packages/create-storage', 'packages/storage', 'packages/storage-testkit']);
  await registry.publishInstalled(root, ['@types/node', 'typescript', 'vitest']);
  const prefix = join(sandbox.dir, 'global');
  env = {
    ...sandbox.env,
    ...registry.env,
    npm_config_prefix: prefix,
    PATH: `${join(prefix, 'bin')}:${sandbox.env['PATH']}`,
    // nothing but what the reader installs
    DATAPIN_PLUGIN_DIR: join(sandbox.dir, 'reader-plugins'),
  };
  await mustRun('npm', ['install', '--global', 'datapin'], { cwd: sandbox.dir, env });
  mkdirSync(join(sandbox.dir, 'srv', 'data'), { recursive: true });
  cwd = sandbox.dir;
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  sandbox[Symbol.dispose]();
});

/** Types the commands that the page shows below a heading. Each has to succeed and print what the page says. Gives back all that was printed. */
async function follow(heading: string): Promise<string> {
  let printed = '';
  for (const { command, output } of shownCommands(page, heading)) {
    if (command.startsWith('cd ')) {
      cwd = join(cwd, command.slice(3));
      continue;
    }
    // the one thing that differs: the page's folder is not this test's to write to
    const here = (text: string): string => text.replaceAll('/srv/data', join(sandbox.dir, 'srv', 'data'));
    const typed = here(command);
    const { code, stdout, stderr } = await run('sh', ['-c', typed], { cwd, env });
    expect(code, `${command}\n${stdout}${stderr}`).toBe(0);
    for (const line of output) expect(isPrinted(here(line), stdout + stderr), `${command} prints "${line}"\n${stdout}${stderr}`).toBe(true);
    printed += stdout + stderr;
  }
  return printed;
}

describe('docs/storage-plugins.md, followed to the letter', () => {
  test('a project made by `npm create @datapin/storage` passes its tests untouched, and builds', async () => {
    const printed = await follow('Start');
    expect(printed).toContain('Created datapin-storage-sqlite for sqlite:// remotes');
    expect(Number(/Tests +(\d+) passed/u.exec(printed)?.[1])).toBeGreaterThan(100);
    await mustRun('npm', ['run', 'check'], { cwd, env });
    await mustRun('npm', ['run', 'build'], { cwd, env });
    expect(readdirSync(join(cwd, 'dist'))).toContain('index.js');
    rmSync(join(cwd, 'dist'), { recursive: true });
  });

  test('the files that the page shows make a plugin that passes the suite and builds', async () => {
    await follow('The plugin, file by file');
    for (const [path, text] of shownFiles(page)) writeFileSync(join(cwd, path), text);
    const printed = await follow('The suite');
    expect(Number(/Tests +(\d+) passed/u.exec(printed)?.[1])).toBeGreaterThan(100);
    expect(printed).toMatch(/^\d+ promises: \d+ kept, \d+ not tried$/mu);
  });

  test('published and installed, it is a remote for datapin, and real DVC goes on working', async () => {
    await follow('Publish');
    await makeRepository('repository');
    const before = readFileSync(join(cwd, '.dvc', 'config'), 'utf8');
    await follow('Use');
    expect(readFileSync(join(cwd, '.dvc', 'config'), 'utf8')).toBe(before);
    expect(readFileSync(join(cwd, '.dvc', 'datapin'), 'utf8')).toBe(
      `[core]\n    remote = team\n['remote "team"']\n    url = sqlite://${join(sandbox.dir, 'srv', 'data', 'objects.db')}\n    busy_timeout = 5000\n`,
    );
    await mustRun('git', ['add', '.'], { cwd, env });
    await mustRun('git', ['commit', '-q', '-m', 'a remote of our own'], { cwd, env });
  });

  test('a clone gets the data by the plugin, and by DVC from another remote', async () => {
    await mustRun('git', ['clone', '-q', cwd, 'clone'], { cwd: sandbox.dir, env });
    const clone = { cwd: join(sandbox.dir, 'clone'), env };
    await mustRun('datapin', ['pull', '--remote', 'team'], clone);
    expect(readFileSync(join(clone.cwd, 'data', 'one.txt'), 'utf8')).toBe('one\n');
    expect(await mustRun('dvc', ['status'], clone)).toContain('Data and pipelines are up to date.');

    rmSync(join(clone.cwd, '.dvc', 'cache'), { recursive: true });
    rmSync(join(clone.cwd, 'data'), { recursive: true });
    await mustRun('dvc', ['pull', '-q'], clone);
    expect(readFileSync(join(clone.cwd, 'data', 'two.txt'), 'utf8')).toBe('two\n');
  });

  test('without the plugin the error says what is missing', async () => {
    await mustRun('git', ['clone', '-q', cwd, 'without-plugin'], { cwd: sandbox.dir, env });
    const { code, stderr } = await run('datapin', ['pull', '--remote', 'team'], {
      cwd: join(sandbox.dir, 'without-plugin'),
      env: { ...env, DATAPIN_PLUGIN_DIR: join(sandbox.dir, 'no-plugins') },
    });
    expect(code).not.toBe(0);
    expect(stderr).toContain('no storage plugin serves sqlite:// URLs');
  });
});

/** A repository that real DVC made and pushed to a folder; the reader is in it afterwards. */
async function makeRepository(name: string): Promise<void> {
  cwd = join(sandbox.dir, name);
  mkdirSync(join(cwd, 'data'), { recursive: true });
  for (const file of ['one', 'two']) writeFileSync(join(cwd, 'data', `${file}.txt`), `${file}\n`);
  await mustRun('git', ['init', '-q'], { cwd, env });
  await mustRun('dvc', ['init', '-q'], { cwd, env });
  await mustRun('dvc', ['remote', 'add', '-q', '-d', 'shared', join(sandbox.dir, 'shared')], { cwd, env });
  await mustRun('dvc', ['add', '-q', 'data'], { cwd, env });
  await mustRun('dvc', ['push', '-q'], { cwd, env });
  await mustRun('git', ['add', '.'], { cwd, env });
  await mustRun('git', ['commit', '-q', '-m', 'data'], { cwd, env });
}
