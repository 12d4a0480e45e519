import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { addPlugin, type ManageContext, removePlugin } from '../../src/plugins/manage-plugins.ts';
import { emptyFolder } from '../empty-folder.ts';
import { pluginFiles, writeTree } from './plugin-fixture.ts';

function context(): ManageContext & { readonly folder: string } {
  const folder = join(emptyFolder(), 'plugins');
  const env = { ...process.env, DATAPIN_PLUGIN_DIR: folder, npm_config_offline: 'true', npm_config_cache: emptyFolder() };
  return { env, cwd: emptyFolder(), signal: new AbortController().signal, version: '0.1.0', folder };
}

describe('real npm', { timeout: 60_000 }, () => {
  test('installs a plugin from a relative folder, without running its scripts, and removes it again', async () => {
    const at = context();
    writeTree(at.cwd, pluginFiles('blob', { name: '@acme/blob', schemes: ['blob'] }));
    const manifest: unknown = JSON.parse(readFileSync(join(at.cwd, 'blob/package.json'), 'utf8'));
    writeTree(at.cwd, { 'blob/package.json': { ...Object(manifest), scripts: { postinstall: `touch ${join(at.cwd, 'script-ran')}` } } });

    const plugin = await addPlugin('./blob', at);
    expect(plugin).toMatchObject({
      name: '@acme/blob',
      version: '2.3.4',
      schemes: ['blob'],
      directory: join(at.folder, 'node_modules/@acme/blob'),
    });
    expect(existsSync(join(at.cwd, 'script-ran'))).toBe(false);

    expect(await removePlugin('@acme/blob', at)).toBe('@acme/blob');
    expect(existsSync(plugin.directory)).toBe(false);
  });

  test('takes a package away again that is no plugin', async () => {
    const at = context();
    writeTree(at.cwd, pluginFiles('other', { name: 'other', schemes: [], undeclared: true }));
    await expect(addPlugin('./other', at)).rejects.toMatchObject({
      code: 'plugin-broken',
      message: expect.stringContaining('other is not a storage plugin'),
    });
    expect(existsSync(join(at.folder, 'node_modules/other'))).toBe(false);
  });

  test('says in its own words why it failed', async () => {
    const at = context();
    await expect(addPlugin('@acme/never-published', at)).rejects.toMatchObject({
      code: 'io-failed',
      message: expect.stringMatching(/^npm install failed: /u),
    });
  });
});

test('a path where nothing is is refused before npm is asked', async () => {
  const at = context();
  await expect(addPlugin('./nope', at)).rejects.toMatchObject({ code: 'target-missing', message: "there is no './nope'" });
  expect(existsSync(at.folder)).toBe(false);
});

describe('a plain word that is no short name is not what npm is asked for', () => {
  test('it is refused, with what was meant and how a package of that name is installed', async () => {
    const at = context();
    await expect(addPlugin('s4', at)).rejects.toMatchObject({
      code: 'plugin-missing',
      message: "unknown plugin 's4'",
      hint: 'Did you mean `datapin plugin add s3`? Known are s3, gdrive, webdav, http. A package of that very name is installed by name and version: `<package>@<version>`.',
    });
    expect(existsSync(at.folder)).toBe(false);
  });

  test.each(['azure', 'local', 'S3', 'blob'])('%s', async (word) => {
    await expect(addPlugin(word, context())).rejects.toMatchObject({ message: `unknown plugin '${word}'` });
  });

  test.each(['datapin-storage-sqlite', '@acme/blob', 'blob@1.0.0', '@acme/blob@latest'])(
    '%s is a package',
    async (spec) => {
      await expect(addPlugin(spec, context())).rejects.toMatchObject({ message: expect.stringMatching(/^npm install failed: /u) });
    },
    60_000,
  );
});

test('a plugin that is not installed cannot be removed', async () => {
  await expect(removePlugin('s3', context())).rejects.toMatchObject({
    code: 'plugin-missing',
    message: expect.stringContaining('@datapin/storage-s3'),
  });
});
