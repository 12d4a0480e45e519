import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { loadStorage } from '../../src/plugins/load-storage.ts';
import { type PluginPlace, pluginPlaces } from '../../src/plugins/plugin-places.ts';
import { emptyFolder } from '../empty-folder.ts';
import { pluginFiles, writeTree } from './plugin-fixture.ts';

function placesOf(...directories: string[]): readonly PluginPlace[] {
  return directories.map((directory) => ({ directory, origin: 'user' }));
}

describe('a plugin is loaded', () => {
  test('that is part of the program', async () => {
    expect((await loadStorage('local', {}, [])).schemes).toContain('local');
  });

  test('by the built-in table for a scheme of DVC', async () => {
    const root = emptyFolder();
    writeTree(root, pluginFiles('@datapin/storage-s3', { name: '@datapin/storage-s3', schemes: ['s3'], undeclared: true }));
    expect((await loadStorage('s3', {}, placesOf(root))).name).toBe('@datapin/storage-s3');
  });

  test('by what it declares for any other scheme', async () => {
    const root = emptyFolder();
    writeTree(root, {
      ...pluginFiles('unrelated', { name: 'unrelated', schemes: [], undeclared: true }),
      ...pluginFiles('@acme/blob-store', { name: '@acme/blob-store', schemes: ['blob', 'blobs'] }),
    });
    expect((await loadStorage('blobs', {}, placesOf(root))).name).toBe('@acme/blob-store');
  });

  test('through a link, as package managers make them', async () => {
    const root = emptyFolder();
    writeTree(root, pluginFiles('store/blob', { name: 'blob', schemes: ['blob'] }));
    writeTree(root, { 'node_modules/x.txt': '' });
    symlinkSync(join(root, 'store/blob'), join(root, 'node_modules/blob'));
    expect((await loadStorage('blob', {}, placesOf(join(root, 'node_modules')))).name).toBe('store/blob');
  });

  test('from the first place that has it', async () => {
    const root = emptyFolder();
    writeTree(root, {
      ...pluginFiles('a/blob', { name: 'blob', schemes: ['blob'] }),
      ...pluginFiles('b/blob', { name: 'blob', schemes: ['blob'] }),
    });
    expect((await loadStorage('blob', {}, placesOf(join(root, 'a'), join(root, 'b')))).name).toBe('a/blob');
  });
});

describe('what cannot be loaded is named', () => {
  test('a plugin that is not installed, with the command that installs it', async () => {
    await expect(loadStorage('webdavs', {}, [])).rejects.toMatchObject({
      code: 'plugin-missing',
      message: 'webdavs:// URLs need the storage plugin @datapin/storage-webdav, which is not installed',
      hint: 'Install it: `datapin plugin add webdav`.',
    });
  });

  test.each(['gs', 'azure', 'ssh', 'hdfs', 'oss', 'constructor'])('a scheme that nobody serves: %s', async (scheme) => {
    await expect(loadStorage(scheme, {}, [])).rejects.toMatchObject({
      code: 'unsupported-scheme',
      message: `no storage plugin serves ${scheme}:// URLs yet`,
    });
  });

  test.each([
    ['is no plugin', 'export default 42;\n', 'is not a storage plugin'],
    ['has an error', 'throw new Error("boom");\n', 'cannot be loaded: boom'],
    [
      'serves something else',
      "export default { name: 'x', schemes: ['other'], options: {}, open() {} };\n",
      'declares blob:// but does not serve it',
    ],
  ])('a package that %s', async (_, code, reason) => {
    const root = emptyFolder();
    writeTree(root, { ...pluginFiles('blob', { name: 'blob', schemes: ['blob'] }), 'blob/dist/index.js': code });
    await expect(loadStorage('blob', {}, placesOf(root))).rejects.toMatchObject({
      code: 'plugin-broken',
      message: expect.stringContaining(reason),
    });
  });

  test('an entry outside of its package', async () => {
    const root = emptyFolder();
    writeTree(root, { ...pluginFiles('blob', { name: 'blob', schemes: ['blob'] }), 'evil.js': 'globalThis.evil = true;' });
    writeTree(root, {
      'blob/package.json': { name: 'blob', version: '1.0.0', exports: './../evil.js', datapin: { storage: { schemes: ['blob'] } } },
    });
    await expect(loadStorage('blob', {}, placesOf(root))).rejects.toMatchObject({ code: 'plugin-broken' });
    expect(Reflect.get(globalThis, 'evil')).toBeUndefined();
  });
});

test('the working directory never brings code along', async () => {
  const repository = emptyFolder();
  const marker = 'datapinEvilLoaded';
  writeTree(repository, {
    ...pluginFiles('node_modules/@datapin/storage-evil', { name: '@datapin/storage-evil', schemes: ['evil'] }),
    ...pluginFiles('node_modules/@datapin/storage-gdrive', { name: '@datapin/storage-gdrive', schemes: ['gdrive'] }),
    'node_modules/@datapin/storage-evil/dist/index.js': `globalThis.${marker} = true;\n`,
    'node_modules/@datapin/storage-gdrive/dist/index.js': `globalThis.${marker} = true;\n`,
    '.dvc/config': '[\'remote "a"\']\n    url = evil://x\n',
    'package.json': { dependencies: { '@datapin/storage-evil': '*' } },
  });
  const before = process.cwd();
  process.chdir(repository);
  try {
    const env = { DATAPIN_PLUGIN_DIR: emptyFolder(), PATH: repository };
    const places = pluginPlaces(env);
    await expect(loadStorage('evil', env, places)).rejects.toMatchObject({ code: 'unsupported-scheme' });
    await expect(loadStorage('gdrive', env, places)).rejects.toMatchObject({ code: 'plugin-missing' });
  } finally {
    process.chdir(before);
  }
  expect(Reflect.get(globalThis, marker)).toBeUndefined();
});
