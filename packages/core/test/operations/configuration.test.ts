import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { loadConfig } from '../../src/config/load-config.ts';
import { DatapinError } from '../../src/errors.ts';
import type { ConfigScope } from '../../src/operations/config-session.ts';
import { getConfig, listConfig, setConfig, unsetConfig } from '../../src/operations/configuration.ts';
import { addRemote, listRemotes, modifyRemote, removeRemote, renameRemote, setDefaultRemote } from '../../src/operations/remotes.ts';

let root = '';
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'datapin-settings-')));
  mkdirSync(join(root, '.dvc'));
  write('.dvc/.gitignore', '/config.local\n/tmp\n/cache\n');
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
const read = (path: string): string | undefined => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined);
const env = (): Record<string, string> => ({
  HOME: join(root, 'home'),
  DVC_SYSTEM_CONFIG_DIR: join(root, 'system'),
  DVC_GLOBAL_CONFIG_DIR: join(root, 'global'),
});

/** Of the schemes that DVC does not know only `blob` has a plugin, which knows the option `shiny`; so has `s3`. */
function scope(level?: ConfigScope['level'], cwd = root): ConfigScope {
  const load: ConfigScope['options']['storages']['load'] = (scheme) =>
    scheme === 'blob' || scheme === 's3'
      ? Promise.resolve({
          name: scheme,
          schemes: [scheme],
          options: { shiny: { type: 'string', description: '' }, api_token: { type: 'string', description: '', secret: true } },
          open: () => Promise.reject(new Error('not opened here')),
        })
      : Promise.reject(new DatapinError('plugin-missing', `no plugin for ${scheme}`));
  return { level, options: { cwd, env: env(), storages: { load } } };
}

const add = (name: string, url: string, level?: ConfigScope['level']): ReturnType<typeof addRemote> =>
  addRemote(scope(level), { name, url, default: false, force: false });

describe('a remote that DVC does not know', () => {
  it('is written beside the files of DVC', async () => {
    expect(await add('b', 'blob://container')).toEqual({ file: join(root, '.dvc/datapin'), kind: 'datapin', warnings: [] });
    expect(read('.dvc/datapin')).toBe('[\'remote "b"\']\n    url = blob://container\n');
    expect(read('.dvc/config')).toBeUndefined();
  });

  it('nor, as it has no host, knows better than to take for a folder', async () => {
    expect(await add('b', 'blob:///srv/objects')).toMatchObject({ kind: 'datapin' });
    await modifyRemote(scope(), { name: 'b', option: 'shiny', value: '1' });
    expect(read('.dvc/datapin')).toBe('[\'remote "b"\']\n    url = blob:///srv/objects\n    shiny = 1\n');
    expect(read('.dvc/config')).toBeUndefined();
  });

  it('without an installed plugin is written with a warning', async () => {
    expect((await add('b', 'gopher://x')).warnings).toEqual(['no plugin for gopher']);
  });

  it('has its options there too', async () => {
    await add('b', 'blob://container');
    await modifyRemote(scope(), { name: 'b', option: 'shiny', value: '1' });
    await modifyRemote(scope('local'), { name: 'b', option: 'api_token', value: 's' });
    expect(read('.dvc/datapin')).toBe('[\'remote "b"\']\n    url = blob://container\n    shiny = 1\n');
    expect(read('.dvc/datapin.local')).toBe('[\'remote "b"\']\n    api_token = s\n');
  });

  it('does not take an option that its plugin does not know', async () => {
    await add('b', 'blob://container');
    await expect(modifyRemote(scope(), { name: 'b', option: 'zzz', value: '1' })).rejects.toMatchObject({ code: 'invalid-config' });
  });

  it('is the default there, and stops being it when a remote of DVC becomes the default', async () => {
    await add('a', 's3://bucket');
    await add('b', 'blob://container');
    await setDefaultRemote(scope(), 'b');
    expect(read('.dvc/datapin')).toBe('[core]\n    remote = b\n[\'remote "b"\']\n    url = blob://container\n');
    await setDefaultRemote(scope(), 'a');
    expect(read('.dvc/datapin')).toBe('[\'remote "b"\']\n    url = blob://container\n');
    expect(loadConfig({ dvcDir: join(root, '.dvc'), env: env() }).core.remote).toBe('a');
    await setDefaultRemote(scope(), 'b');
    await setDefaultRemote(scope(), null);
    expect(loadConfig({ dvcDir: join(root, '.dvc'), env: env() }).core.remote).toBeUndefined();
  });

  it('becomes one that DVC knows with another address, and takes its options along', async () => {
    await add('b', 'blob://container');
    await modifyRemote(scope(), { name: 'b', option: 'jobs', value: '2' });
    await modifyRemote(scope(), { name: 'b', option: 'url', value: 's3://bucket' });
    expect(read('.dvc/datapin')).toBe('\n');
    expect(read('.dvc/config')).toBe('[\'remote "b"\']\n    url = s3://bucket\n    jobs = 2\n');
  });

  it('cannot have the name of another', async () => {
    await add('a', 's3://bucket');
    await expect(add('a', 'blob://container')).rejects.toMatchObject({ code: 'remote-exists' });
    await expect(add('a', 'blob://container', 'local')).rejects.toMatchObject({ code: 'config-conflict' });
    expect(read('.dvc/datapin.local')).toBeUndefined();
  });

  it('replaces a remote of DVC by force', async () => {
    await add('a', 's3://bucket');
    await addRemote(scope(), { name: 'a', url: 'blob://container', default: true, force: true });
    expect(read('.dvc/config')).toBe('\n');
    expect(read('.dvc/datapin')).toBe('[core]\n    remote = a\n[\'remote "a"\']\n    url = blob://container\n');
  });

  it('can be renamed and removed', async () => {
    await add('b', 'blob://container');
    await setDefaultRemote(scope('local'), 'b');
    await renameRemote(scope(), { from: 'b', to: 'c' });
    expect(read('.dvc/datapin')).toBe('[\'remote "c"\']\n    url = blob://container\n');
    expect(read('.dvc/datapin.local')).toBe('[core]\n    remote = c\n');
    await removeRemote(scope(), 'c');
    expect(read('.dvc/datapin')).toBe('\n');
    expect(read('.dvc/datapin.local')).toBe('\n');
  });
});

describe('an option that only our plugin knows', () => {
  it('of a remote of DVC is written beside its files', async () => {
    await add('a', 's3://bucket');
    await modifyRemote(scope(), { name: 'a', option: 'shiny', value: '1' });
    expect(read('.dvc/config')).toBe('[\'remote "a"\']\n    url = s3://bucket\n');
    expect(read('.dvc/datapin')).toBe('[\'remote "a"\']\n    shiny = 1\n');
    await modifyRemote(scope(), { name: 'a', option: 'shiny', value: undefined });
    expect(loadConfig({ dvcDir: join(root, '.dvc'), env: env() }).remotes.get('a')?.options.size).toBe(0);
  });

  it('and a typo is refused as by DVC', async () => {
    await add('a', 's3://bucket');
    await expect(modifyRemote(scope(), { name: 'a', option: 'regoin', value: 'x' })).rejects.toThrow(
      "config file error: extra keys not allowed @ data['remote']['a']['regoin'] in '",
    );
    expect(read('.dvc/config')).toBe('[\'remote "a"\']\n    url = s3://bucket\n');
  });
});

describe('secrets', () => {
  it('in a file that git tracks are written with a warning', async () => {
    await add('a', 's3://bucket');
    const { warnings } = await modifyRemote(scope(), { name: 'a', option: 'secret_access_key', value: 'hunter2' });
    expect(warnings).toEqual([expect.stringContaining("'secret_access_key' is a secret, and git tracks")]);
    expect(warnings.join('')).not.toContain('hunter2');
    expect((await add('w', 'webdavs://me:hunter2@host/x')).warnings).toEqual([expect.stringContaining('holds a password')]);
  });

  it('in the local files need none', async () => {
    await add('a', 's3://bucket');
    expect(await modifyRemote(scope('local'), { name: 'a', option: 'secret_access_key', value: 'x' })).toMatchObject({ warnings: [] });
  });

  it('of ours are kept from git before they are written', async () => {
    await add('b', 'blob://container', 'local');
    expect(read('.dvc/.gitignore')).toBe('/config.local\n/tmp\n/cache\n/datapin.local\n');
  });

  it('are not listed', async () => {
    await add('w', 'webdavs://me:hunter2@host/x');
    await modifyRemote(scope('local'), { name: 'w', option: 'password', value: 'hunter2' });
    await modifyRemote(scope('local'), { name: 'w', option: 'ask_password', value: 'true' });
    const listed = await listConfig(scope());
    expect(listed.map(({ name, value, origin }) => [name, value, origin])).toEqual([
      ['remote.w.url', 'webdavs://me:***@host/x', '.dvc/config'],
      ['remote.w.password', '***', '.dvc/config.local'],
      ['remote.w.ask_password', 'true', '.dvc/config.local'],
    ]);
    expect(await listRemotes(scope())).toEqual([{ name: 'w', url: 'webdavs://me:***@host/x', isDefault: false }]);
  });

  it('are told to who asks for one', async () => {
    await add('w', 'webdavs://host/x');
    await modifyRemote(scope('local'), { name: 'w', option: 'password', value: 'hunter2' });
    expect(await getConfig(scope(), 'remote.w.password')).toBe('hunter2');
  });
});

describe('a refused change', () => {
  it.each([
    ['core.autostage', 'maybe'],
    ['core.nonsense', '1'],
    ['nonsense.x', '1'],
    ['remote.x', '1'],
    ['remote.nobody.region', 'x'],
  ])('leaves everything as it was: %s', async (name, value) => {
    write('.dvc/config', '# comment\n[core]\nautostage = true\n');
    await expect(setConfig(scope(), name, value)).rejects.toMatchObject({ code: 'invalid-config' });
    expect(read('.dvc/config')).toBe('# comment\n[core]\nautostage = true\n');
  });

  it('because of a name that is none is a usage error', async () => {
    await expect(setConfig(scope(), 'nonsense', '1')).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('a broken configuration', () => {
  it('can be mended step by step', async () => {
    write('.dvc/config', '[core]\nnonsense = 1\nautostage = maybe\n');
    await unsetConfig(scope(), 'core.autostage');
    await unsetConfig(scope(), 'core.nonsense');
    expect(read('.dvc/config')).toBe('\n');
  });

  it('cannot be broken further', async () => {
    write('.dvc/config', '[core]\nnonsense = 1\n');
    await expect(setConfig(scope(), 'cache.nonsense', '1')).rejects.toThrow("data['cache']['nonsense']");
  });

  it.each<[file: string, repair: string]>([
    ['.dvc/config', 'datapin config -u core.autostagee'],
    ['.dvc/config.local', 'datapin config --local -u core.autostagee'],
    ['.dvc/datapin.local', 'datapin config --local -u core.autostagee'],
    ['global/config', 'datapin config --global -u core.autostagee'],
    ['system/config', 'datapin config --system -u core.autostagee'],
  ])('in %s takes no other change until it is mended, and tells how', async (file, repair) => {
    await add('store', 's3://bucket');
    const text = '[core]\n    autostagee = true\n';
    write(file, text);
    const config = read('.dvc/config');
    const refusal = { code: 'invalid-config', hint: `Did you mean core.autostage? \`${repair}\` takes it away.` };
    await expect(setConfig(scope(), 'core.remote', 'store')).rejects.toMatchObject(refusal);
    await expect(setConfig(scope('local'), 'core.remote', 'store')).rejects.toMatchObject(refusal);
    await expect(add('other', 's3://bucket')).rejects.toMatchObject(refusal);
    expect([read(file), read('.dvc/config')]).toEqual([text, file === '.dvc/config' ? text : config]);

    const level = (['local', 'global', 'system'] as const).find((name) => repair.includes(`--${name}`));
    await unsetConfig(scope(level), 'core.autostagee');
    expect(read(file)).not.toContain('autostagee');
  });

  it('because of a remote without an address is mended by giving it one', async () => {
    write('.dvc/config.local', '[\'remote "s3r"\']\n    profile = p\n');
    const hint =
      "remote 's3r' has options in .dvc/config.local but no url. " +
      '`datapin remote modify --local s3r url <url>` gives it one, `datapin remote remove --local s3r` forgets it.';
    await expect(setConfig(scope(), 'core.autostage', 'true')).rejects.toMatchObject({ hint });
    await modifyRemote(scope('local'), { name: 's3r', option: 'url', value: 's3://bucket' });
    await setConfig(scope(), 'core.autostage', 'true');
  });
});

describe('a mistake is told with what was probably meant', () => {
  it.each([
    ['s3:/bucket/x', 's3://bucket/x'],
    ['s3:bucket/x', 's3://bucket/x'],
    ['GDrive:/id', 'gdrive://id'],
    ['https:/me:secret@host/x', 'https://me:***@host/x'],
  ])('for the address %s, which is a folder to DVC', async (url, meant) => {
    const warnings = [`The address has no '//', so it names a folder. Did you mean '${meant}'?`];
    expect(await add('a', url)).toMatchObject({ warnings });
    expect(await modifyRemote(scope(), { name: 'a', option: 'url', value: url })).toMatchObject({ warnings });
    expect(await setConfig(scope(), 'remote.a.url', url)).toMatchObject({ warnings });
    expect(read('.dvc/config')).toContain(`url = ../${url}`);
  });

  it.each(['s3://bucket', '/data/s3:/x', 'data', 'c:/data', 'host:/data'])('and the address %s is none', async (url) => {
    expect(await add('a', url)).toMatchObject({ warnings: [] });
  });

  it('for an option and a section, of which nothing was written', async () => {
    await add('a', 's3://bucket');
    await expect(setConfig(scope(), 'core.remot', 'a')).rejects.toMatchObject({ hint: 'Did you mean core.remote?' });
    await expect(setConfig(scope(), 'coer.remote', 'a')).rejects.toMatchObject({ hint: 'Did you mean core?' });
    await expect(modifyRemote(scope(), { name: 'a', option: 'endpointur', value: 'x' })).rejects.toMatchObject({
      hint: 'Did you mean remote.a.endpointurl?',
    });
    await expect(setConfig(scope(), 'core.xyzzy', '1')).rejects.toMatchObject({ hint: undefined });
  });

  it('for the name of a remote', async () => {
    await expect(setDefaultRemote(scope(), 'nope')).rejects.toMatchObject({
      hint: 'None is configured here: `datapin remote add <name> <url>`.',
    });
    await add('store', 's3://bucket');
    await add('s3r', 's3://bucket');
    await expect(setDefaultRemote(scope(), 'nope')).rejects.toMatchObject({ hint: 'Configured are: store, s3r.' });
    await expect(modifyRemote(scope(), { name: 'stroe', option: 'profile', value: 'p' })).rejects.toMatchObject({
      hint: 'Did you mean store? Configured are: store, s3r.',
    });
    await expect(removeRemote(scope('local'), 'store')).rejects.toMatchObject({
      hint: 'None is configured here: `datapin remote add <name> <url>`.',
    });
  });
});

describe('removing a remote', () => {
  it('takes along what stronger levels still say about it', async () => {
    await add('a', 's3://bucket');
    await modifyRemote(scope('local'), { name: 'a', option: 'profile', value: 'p' });
    await removeRemote(scope(), 'a');
    expect(read('.dvc/config.local')).toBe('\n');
    expect(() => loadConfig({ dvcDir: join(root, '.dvc'), env: env() })).not.toThrow();
  });
});

describe('renaming a remote', () => {
  it('takes along what stronger levels say about it', async () => {
    await add('a', 's3://bucket');
    await modifyRemote(scope('local'), { name: 'a', option: 'profile', value: 'p' });
    await renameRemote(scope(), { from: 'a', to: 'b' });
    expect(
      loadConfig({ dvcDir: join(root, '.dvc'), env: env() })
        .remotes.get('b')
        ?.options.get('profile')?.value,
    ).toBe('p');
  });
});

describe('outside of a repository', () => {
  const outside = (level?: ConfigScope['level']): ConfigScope => scope(level, tmpdir());

  it('the settings of user and machine can be changed and read', async () => {
    await setConfig(outside('global'), 'core.autostage', 'true');
    expect(read('global/config')).toBe('[core]\n    autostage = true\n');
    expect(await getConfig(outside(), 'core.autostage')).toBe('true');
  });

  it.each([undefined, 'project', 'local'] as const)('those of the project cannot: %s', async (level) => {
    await expect(setConfig(outside(level), 'core.autostage', 'true')).rejects.toThrow('config file error: Not inside a DVC repo');
  });
});

describe('a file', () => {
  it('keeps its mode', async () => {
    write('.dvc/config.local', '');
    rmSync(join(root, '.dvc/config.local'));
    writeFileSync(join(root, '.dvc/config.local'), '', { mode: 0o600 });
    await setConfig(scope('local'), 'core.autostage', 'true');
    expect(statSync(join(root, '.dvc/config.local')).mode & 0o777).toBe(0o600);
  });

  it('of the user is written through a link, one of the project is not', async () => {
    write('dotfiles/config', '');
    mkdirSync(join(root, 'global'));
    symlinkSync(join(root, 'dotfiles/config'), join(root, 'global/config'));
    await setConfig(scope('global'), 'core.autostage', 'true');
    expect(read('dotfiles/config')).toBe('[core]\n    autostage = true\n');
    symlinkSync(join(root, 'dotfiles/config'), join(root, '.dvc/config'));
    await expect(setConfig(scope(), 'core.autostage', 'false')).rejects.toMatchObject({ code: 'unsafe-path' });
  });

  it('leaves no temporary file behind', async () => {
    await setConfig(scope('global'), 'core.autostage', 'true');
    await setConfig(scope(), 'core.autostage', 'true');
    expect(readdirSync(join(root, 'global'))).toEqual(['config']);
    expect(readdirSync(join(root, '.dvc')).toSorted()).toEqual(['.gitignore', 'config', 'tmp']);
  });
});
