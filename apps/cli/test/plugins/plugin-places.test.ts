import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { pluginPlaces, userPluginFolder } from '../../src/plugins/plugin-places.ts';
import { emptyFolder } from '../empty-folder.ts';
import { writeTree } from './plugin-fixture.ts';

/** A program installed in `<root>/<at>`. */
function installed(root: string, at: string): string {
  writeTree(root, { [`${at}/bin/datapin.mjs`]: '', [`${at}/dist/cli.mjs`]: '' });
  return join(root, at, 'dist', 'cli.mjs');
}

function places(file: string, started?: string): readonly string[] {
  return pluginPlaces({ DATAPIN_PLUGIN_DIR: '/plugins' }, { file, started }).map((place) => place.directory);
}

describe('plugins are looked for', () => {
  test('in every node_modules folder that the program is installed in, then in the folder of this user', () => {
    const root = emptyFolder();
    const file = installed(root, 'app/node_modules/datapin');
    mkdirSync(join(root, 'node_modules'));
    expect(places(file)).toEqual([
      join(root, 'app/node_modules/datapin/node_modules'),
      join(root, 'app/node_modules'),
      '/plugins/node_modules',
    ]);
  });

  test("in the project's node_modules when the program was started from there by a link", () => {
    const root = emptyFolder();
    const file = installed(root, 'store/datapin@1/node_modules/datapin');
    mkdirSync(join(root, 'project/node_modules/.bin'), { recursive: true });
    symlinkSync(join(root, 'store/datapin@1/node_modules/datapin'), join(root, 'project/node_modules/datapin'));
    symlinkSync(join(root, 'project/node_modules/datapin/bin/datapin.mjs'), join(root, 'project/node_modules/.bin/datapin'));
    for (const started of ['project/node_modules/.bin/datapin', 'project/node_modules/datapin/bin/datapin.mjs']) {
      expect(places(file, join(root, started))).toContain(join(root, 'project/node_modules'));
    }
  });

  test('not in node_modules folders beside which something else was started', () => {
    const root = emptyFolder();
    const file = installed(root, 'global/node_modules/datapin');
    mkdirSync(join(root, 'project/node_modules/.bin'), { recursive: true });
    writeFileSync(join(root, 'project/node_modules/.bin/other'), '');
    expect(places(file, join(root, 'project/node_modules/.bin/other'))).not.toContain(join(root, 'project/node_modules'));
  });
});

describe("this user's folder", () => {
  test.each<[string, NodeJS.Platform, Record<string, string>, string]>([
    ['Linux', 'linux', { HOME: '/home/u' }, '/home/u/.local/share/datapin/plugins'],
    ['Linux with XDG_DATA_HOME', 'linux', { HOME: '/home/u', XDG_DATA_HOME: '/data' }, '/data/datapin/plugins'],
    ['Linux with a relative XDG_DATA_HOME', 'linux', { HOME: '/home/u', XDG_DATA_HOME: 'data' }, '/home/u/.local/share/datapin/plugins'],
    ['macOS', 'darwin', { HOME: '/Users/u' }, '/Users/u/Library/Application Support/datapin/plugins'],
    ['DATAPIN_PLUGIN_DIR', 'linux', { HOME: '/home/u', DATAPIN_PLUGIN_DIR: '/opt/plugins' }, '/opt/plugins'],
  ])('on %s', (_, platform, env, folder) => {
    expect(userPluginFolder(env, platform)).toBe(folder);
  });

  test('must be absolute, or it would be another one in every repository', () => {
    expect(() => userPluginFolder({ DATAPIN_PLUGIN_DIR: 'plugins' })).toThrow("DATAPIN_PLUGIN_DIR must be an absolute path, not 'plugins'");
  });
});
