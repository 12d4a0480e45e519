import { readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { runCli } from '../../src/cli.ts';
import { fakeHost, type Recorded } from '../fake-host.ts';
import { emptyFolder } from '../empty-folder.ts';
import { pluginFiles, writeTree } from '../plugins/plugin-fixture.ts';

const packages = join(import.meta.dirname, '..', '..', '..', '..', 'packages');
const local = join(packages, 'storage-local');

/** A plugin for folders of which one method is another one. It uses the workspace's own packages, as installed ones. */
function projectWith(code: string): string {
  const project = emptyFolder();
  writeTree(project, {
    'package.json': { name: 'storage-mine', version: '1.0.0', type: 'module', exports: './index.js' },
    'index.js': `import local from '@datapin/storage-local';\n${code}`,
    'node_modules/@datapin/README': 'links to the workspace',
  });
  for (const name of ['storage-local', 'storage-testkit']) symlinkSync(join(packages, name), join(project, 'node_modules/@datapin', name));
  return project;
}

const forgetful = `export default { ...local, open: async (remote, host) => ({
  ...(await local.open(remote, host)),
  async write() {},
}) };`;

async function run(words: readonly string[], cwd: string = emptyFolder()): Promise<Recorded & { readonly code: number }> {
  const recorded = fakeHost({ cwd, env: { DATAPIN_PLUGIN_DIR: emptyFolder() } });
  return { ...recorded, code: await runCli(['plugin', 'test', ...words], recorded.host) };
}

describe('datapin plugin test', () => {
  test('reports areas that are kept, leaves nothing, and ends with 0', async () => {
    const folder = emptyFolder();
    const { code, out, err } = await run([local, '--url', folder, '--only', 'stat', '--only', 'removing/gone']);
    expect(err()).toBe('');
    expect(
      out()
        .replaceAll(/datapin-test-\w+/gu, 'datapin-test')
        .replace(folder, '/remote'),
    ).toBe(
      [
        'The storage contract, tried with @datapin/storage-local in /remote/datapin-test',
        '',
        '\u2713 stat           5 kept',
        '\u2713 removing       1 kept',
        '',
        '6 promises: 6 kept',
        '',
      ].join('\n'),
    );
    expect(readdirSync(folder)).toEqual([]);
    expect(code).toBe(0);
  });

  test('tells of a broken promise what happened and where to look, and ends with 1', async () => {
    const { code, out } = await run(['.', '--url', emptyFolder(), '--only', 'stat/size'], projectWith(forgetful));
    expect(out()).toContain('    \u2717 stat tells the size of objects, from none to millions of bytes\n');
    expect(out()).toMatch(/what happened: .*does not exist\n/u);
    expect(out()).toContain('where to look: `stat`\n');
    expect(out()).toContain('to try it alone: --only stat/size\n');
    expect(out()).toContain('1 promise: 1 broken');
    expect(code).toBe(1);
  });

  test('says why something is not tried or not offered', async () => {
    const without = `export default { ...local, open: async (remote, host) => ({ ...(await local.open(remote, host)), list: undefined }) };`;
    const { code, out } = await run(
      ['.', '--url', emptyFolder(), '--only', 'listing', '--only', 'tls', '--only', 'stat/size'],
      projectWith(without),
    );
    expect(out()).toContain('Not offered:\n  9 promises: the plugin offers no `list`\n');
    expect(out()).toMatch(
      /Not tried:\n  5 promises: the HTTP origin of the store was not given.* \(give --http-origin http:\/\/host:port\)\n/u,
    );
    expect(out()).toContain('15 promises: 1 kept, 9 not offered, 5 not tried');
    expect(code).toBe(0);
  });

  test('prints deviations with their reason, and calls one that is over broken', async () => {
    const project = projectWith(forgetful);
    writeTree(project, { 'deviations.json': { deviations: { 'stat/size': 'the store forgets', 'plugin/name': 'none' } } });
    const words = ['.', '--url', emptyFolder(), '--deviations', 'deviations.json', '--only', 'stat/size', '--only', 'plugin/name'];
    const { out, code } = await run(words, project);
    expect(out()).toContain('Deviations, as declared:\n  1 promise: the store forgets\n      stat/size\n');
    expect(out()).toContain('what happened: the promise is kept: take this deviation out');
    expect(code).toBe(1);
  });

  test('--json prints one document', async () => {
    const { out } = await run([local, '--url', emptyFolder(), '--only', 'plugin/name', '--json']);
    expect(JSON.parse(out())).toMatchObject({
      plugin: '@datapin/storage-local',
      directory: local,
      summary: { kept: 1, broken: 0, deviates: 0, notOffered: 0, notTried: 0 },
      results: [{ id: 'plugin/name', area: 'plugin', verdict: 'kept' }],
    });
  });
});

describe('datapin plugin test refuses', () => {
  test('a suite that is too old for it', async () => {
    const project = emptyFolder();
    writeTree(project, pluginFiles('blob', { name: 'storage-blob', schemes: ['blob'] }));
    writeTree(project, { 'blob/node_modules/@datapin/storage-testkit/package.json': { exports: './index.js' } });
    const { code, err } = await run(['./blob', '--url', 'blob://x'], project);
    expect(err()).toContain('does not fit this version of datapin');
    expect(code).toBe(1);
  });

  test.each([
    ['no URL', [local], 254, 'needs the URL of a remote'],
    ['a folder that is not there', ['./nowhere', '--url', '/x'], 1, "there is no './nowhere'"],
    ['a plugin that is not installed', ['storage-blob', '--url', '/x'], 1, 'storage-blob is not installed'],
    ['an option without a value', [local, '--url', '/x', '--option', 'shared'], 254, 'is written `name=value`'],
    ['an option that the plugin does not have', [local, '--url', '/x', '--option', 'nope=1'], 254, "has no option 'nope'"],
    ['a promise that nobody makes', [local, '--url', '/tmp', '--only', 'flying'], 254, 'no area or promise by the name of flying'],
    [
      'an origin that is not part of the remote',
      [local, '--url', '/x', '--http-origin', 'http://127.0.0.1:1'],
      254,
      'has http://127.0.0.1:1',
    ],
  ])('%s', async (_, words, exitCode, message) => {
    const { code, err } = await run(words);
    expect(err()).toContain(message);
    expect(code).toBe(exitCode);
  });

  test('what lies in the working directory by the name of a package', async () => {
    const project = emptyFolder();
    const marker = 'datapinTestedEvil';
    writeTree(project, {
      ...pluginFiles('node_modules/storage-evil', { name: 'storage-evil', schemes: ['evil'] }),
      'node_modules/storage-evil/dist/index.js': `globalThis.${marker} = true;\n`,
    });
    const { code, err } = await run(['storage-evil', '--url', 'evil://x'], project);
    expect(err()).toContain('storage-evil is not installed');
    expect([code, Reflect.get(globalThis, marker)]).toEqual([1, undefined]);
  });
});
