import { join } from 'node:path';
import { expect, test } from 'vitest';

import { loadTestkit } from '../../src/plugins/load-testkit.ts';
import { emptyFolder } from '../empty-folder.ts';
import { writeTree } from './plugin-fixture.ts';

const name = '@datapin/storage-testkit';

/** A package with a runner that resolves with a text. */
function testkitFiles(at: string, says: string): Readonly<Record<string, unknown>> {
  return {
    [`${at}/${name}/package.json`]: { name, version: '1.0.0', type: 'module', exports: { './run': './run.js' } },
    [`${at}/${name}/run.js`]: `export const testAtRemote = async () => ${JSON.stringify(says)};\n`,
  };
}

async function said(pluginDirectory: string, ...places: string[]): Promise<unknown> {
  const suite = await loadTestkit(
    pluginDirectory,
    places.map((directory) => ({ directory, origin: 'installation' })),
  );
  return Reflect.apply(suite.testAtRemote, undefined, []);
}

test('the suite comes from the plugin, from the project around it, or from beside the program, in this order', async () => {
  const root = emptyFolder();
  writeTree(root, testkitFiles('cli', 'beside the program'));
  writeTree(root, { 'project/plugin/package.json': {} });
  const plugin = join(root, 'project/plugin');
  expect(await said(plugin, join(root, 'cli'))).toBe('beside the program');
  writeTree(root, testkitFiles('project/node_modules', 'around the plugin'));
  expect(await said(plugin, join(root, 'cli'))).toBe('around the plugin');
  writeTree(root, testkitFiles('project/plugin/node_modules', 'in the plugin'));
  expect(await said(plugin, join(root, 'cli'))).toBe('in the plugin');
});

test('a suite that is nowhere is named, with the command that installs it', async () => {
  const plugin = emptyFolder();
  await expect(loadTestkit(plugin, [])).rejects.toMatchObject({
    code: 'plugin-missing',
    message: `the conformance suite ${name} is not installed for the plugin in ${plugin}`,
    hint: `Install it there: \`npm install --save-dev ${name}\` in ${plugin}.`,
  });
});
