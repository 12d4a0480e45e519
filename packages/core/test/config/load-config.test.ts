import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Config } from '../../src/config/config.ts';
import { loadConfig, type LoadConfigOptions } from '../../src/config/load-config.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'datapin-config-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Writes files (`.dvc/config`, `global/config`, …) below a temporary folder and loads the configuration of the repository there. */
function load(files: Readonly<Record<string, string>>, options: Partial<LoadConfigOptions> = {}): Config {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return loadConfig({ dvcDir: join(root, '.dvc'), env: env(), ...options });
}

function env(): Record<string, string> {
  return { HOME: join(root, 'home'), DVC_SYSTEM_CONFIG_DIR: join(root, 'system'), DVC_GLOBAL_CONFIG_DIR: join(root, 'global') };
}

const remote = (name: string, ...lines: readonly string[]): string => `['remote "${name}"']\n${lines.join('\n')}\n`;

describe('without any file', () => {
  it('has the defaults of DVC', () => {
    expect(load({})).toEqual({
      sections: new Map(),
      remotes: new Map(),
      core: { remote: undefined, checksumJobs: undefined, noScm: false, autostage: false, hardlinkLock: false },
      cache: { dir: join(root, '.dvc/cache'), level: 'default', types: ['reflink', 'copy'], shared: false, slowLinkWarning: true },
      parsing: { bool: 'store_true', list: 'nargs' },
    });
  });
});

describe('settings', () => {
  it('of core, cache and parsing are typed', () => {
    const text =
      '[core]\nremote = Store\nchecksum_jobs = 3\nno_scm = TRUE\nautostage = true\nhardlink_lock = True\n' +
      '[cache]\ntype = hardlink, symlink\nshared = group\nslow_link_warning = false\ndir = ../elsewhere\n' +
      '[parsing]\nbool = boolean_optional\nlist = append\n';
    expect(load({ '.dvc/config': text })).toMatchObject({
      core: { remote: 'store', checksumJobs: 3, noScm: true, autostage: true, hardlinkLock: true },
      cache: { dir: join(root, 'elsewhere'), types: ['hardlink', 'symlink'], shared: true, slowLinkWarning: false },
      parsing: { bool: 'boolean_optional', list: 'append' },
    });
  });

  it('may name link types in one quoted text', () => {
    expect(load({ '.dvc/config': '[cache]\ntype = "reflink, hardlink"\n' }).cache.types).toEqual(['reflink', 'hardlink']);
  });

  it('of a later level win, option by option', () => {
    const files = {
      'system/config': '[core]\nremote = a\n' + remote('x', 'url = s3://system', 'region = system', 'profile = system'),
      'global/config': remote('x', 'region = global'),
      '.dvc/config': remote('x', 'url = s3://project'),
      '.dvc/config.local': '[core]\nremote = x\n',
    };
    const config = load(files);
    expect(config.core.remote).toBe('x');
    const x = config.remotes.get('x');
    expect(x?.url).toBe('s3://project');
    expect([...(x?.options ?? [])]).toEqual([
      ['region', { value: 'global', level: 'global', file: join(root, 'global/config') }],
      ['profile', { value: 'system', level: 'system', file: join(root, 'system/config') }],
    ]);
    expect([...(x?.tracked ?? [])]).toEqual(['url']);
  });

  it('given for this run win over all files', () => {
    const overrides = new Map([
      ['core.remote', 'y'],
      ['remote.Y.url', 'rel'],
      ['remote.x.region', 'run'],
    ]);
    const config = load({ '.dvc/config.local': remote('x', 'url = s3://b', 'region = file') }, { overrides });
    expect(config.core.remote).toBe('y');
    expect(config.remotes.get('y')?.url).toBe(join(root, 'rel'));
    expect(config.remotes.get('x')?.options.get('region')).toEqual({ value: 'run', level: 'override', file: undefined });
  });

  it.each([
    ['core.autostage', 'maybe', 'invalid-config'],
    ['core.foo', '1', 'invalid-config'],
    ['foo', '1', 'usage'],
    ['core.a.b', '1', 'usage'],
    ['remote.x.region', 'r', 'invalid-config'],
  ])('given for this run are checked: %s=%s', (name, value, code) => {
    expect(() => load({}, { overrides: new Map([[name, value]]) })).toThrow(expect.objectContaining({ code }));
  });

  it('of the project can come from a commit, the rest from the machine', () => {
    const files = { '.dvc/config': '[core]\nremote = now\n', '.dvc/config.local': remote('x', 'verify = true') };
    const config = load(files, { project: { dvc: '[core]\nremote = x\n' + remote('x', 'url = ../then') } });
    expect(config.core.remote).toBe('x');
    expect(config.remotes.get('x')?.url).toBe(join(root, 'then'));
    expect(config.remotes.get('x')?.options.get('verify')?.value).toBe('true');
  });
});

describe('paths', () => {
  it.each([
    ['rel/x', 'rel/x', '.dvc/rel/x'],
    ['../../store', '../../store', '../store'],
    ['/abs/x', undefined, '/abs/x'],
    ['~/x', undefined, 'home/x'],
    ['s3://b/../k', undefined, 's3://b/../k'],
    ['file:///x', undefined, 'file:///x'],
  ])('%s is what it means to DVC', (written, relativeUrl, meant) => {
    const found = load({ '.dvc/config': remote('x', `url = ${written}`) }).remotes.get('x');
    expect(found?.url).toBe(meant.includes(':') || meant.startsWith('/') ? meant : join(root, meant));
    expect(found?.relativeUrl).toBe(relativeUrl);
  });

  it('are relative to the file that holds them', () => {
    const files = { '.dvc/config': remote('x', 'url = ssh://h/p'), 'global/config': remote('x', 'url = ssh://g', 'keyfile = key') };
    expect(load(files).remotes.get('x')?.options.get('keyfile')?.value).toBe(join(root, 'global/key'));
  });
});

describe('a remote that refers to another', () => {
  it('has its address and the options it lacks', () => {
    const config = load({
      '.dvc/config': remote('base', 'url = ssh://host/p/', 'user = u', 'port = 1') + remote('images', 'url = remote://Base/sub/dir'),
      '.dvc/config.local': remote('images', 'port = 2'),
    });
    const images = config.remotes.get('images');
    expect(images?.url).toBe('ssh://host/p/sub/dir');
    expect(images?.options.get('user')?.value).toBe('u');
    expect(images?.options.get('port')?.value).toBe('2');
    expect([...(images?.tracked ?? [])].toSorted()).toEqual(['url', 'user']);
  });

  it.each([
    ['itself', remote('a', 'url = remote://a/x')],
    ['nothing', remote('a', 'url = remote://zzz/x')],
  ])('that is %s stays as it is', (_, text) => {
    expect(load({ '.dvc/config': text }).remotes.get('a')?.url).toMatch(/^remote:/);
  });
});

describe('our own files', () => {
  it('hold remotes that DVC would refuse', () => {
    const config = load({
      '.dvc/datapin': '[core]\nremote = b\n' + remote('b', 'url = blob://c/p', 'shiny = 1'),
      '.dvc/datapin.local': remote('b', 'key = secret'),
      '.dvc/config': '[core]\nremote = a\n' + remote('a', 'url = s3://b'),
    });
    expect(config.core.remote).toBe('b');
    expect(config.remotes.get('b')).toMatchObject({ url: 'blob://c/p', tracked: new Set(['url', 'shiny']) });
    expect(config.remotes.get('b')?.options.get('key')).toEqual({
      value: 'secret',
      level: 'local',
      file: join(root, '.dvc/datapin.local'),
    });
  });

  it('may add an option to a remote of DVC', () => {
    const config = load({ '.dvc/config': remote('a', 'url = s3://b'), '.dvc/datapin': remote('a', 'shiny = 1') });
    expect(config.remotes.get('a')).toMatchObject({ url: 's3://b', tracked: new Set(['url', 'shiny']) });
  });

  it.each([
    ['.dvc/datapin', '.dvc/config'],
    ['.dvc/datapin.local', 'global/config'],
    ['system/datapin', '.dvc/config.local'],
  ])('must not define a remote again: %s and %s', (ours, dvcs) => {
    expect(() => load({ [dvcs]: remote('x', 'url = s3://b'), [ours]: remote('x', 'url = blob://b') })).toThrow(
      expect.objectContaining({ code: 'config-conflict', message: expect.stringContaining(ours) }),
    );
  });

  it('have no sections and options that we do not know', () => {
    expect(() => load({ '.dvc/datapin': '[core]\nfoo = 1\n' })).toThrow("extra keys not allowed @ data['core']['foo'] in '");
    expect(() => load({ '.dvc/datapin': remote('x', 'shiny = 1') })).toThrow("expected one 'url'");
  });
});

describe('a file that DVC would refuse', () => {
  it.each([
    ['an unknown option', '.dvc/config', '[core]\nfoo = 1\n', "extra keys not allowed @ data['core']['foo'] in '"],
    ['an unknown section', 'global/config', '[foo]\na = 1\n', "extra keys not allowed @ data['foo'] in '"],
    ['an option in front of all sections', '.dvc/config', 'a = 1\n', "extra keys not allowed @ data['a'] in '"],
    [
      'a remote without URL',
      '.dvc/config.local',
      remote('x', 'region = r'),
      "expected 'url' for dictionary value @ data['remote']['x'] in '",
    ],
    [
      'a remote with two URLs',
      '.dvc/config',
      remote('x', 'url = /a, /b'),
      "expected str for dictionary value @ data['remote']['x']['url'] in '",
    ],
    ['an unknown scheme', '.dvc/config', remote('x', 'url = blob://b'), 'Unsupported URL type blob:// for dictionary value'],
    ['a syntax error', 'system/config', '[core\n', 'at line 1 of '],
  ])('is named: %s', (_, path, text, message) => {
    expect(() => load({ [path]: text })).toThrow(
      expect.objectContaining({ code: 'invalid-config', message: expect.stringContaining(message) }),
    );
    expect(() => load({ [path]: text })).toThrow(join(root, path));
  });

  it.each([
    ['an option with an option like it', '[core]\nremot = x\n', 'Did you mean core.remote? `datapin config -u core.remot` takes it away.'],
    ['an option with none', '[core]\nxyzzy = x\n', '`datapin config -u core.xyzzy` takes it away.'],
    [
      'an option of a remote',
      remote('x', 'url = s3://b', 'regoin = r'),
      'Did you mean remote.x.region? `datapin config -u remote.x.regoin` takes it away.',
    ],
    [
      'an option of a remote whose name no command line takes apart',
      remote('x.y', 'url = s3://b', 'xyzzy = r'),
      "Take it out of '.dvc/config'.",
    ],
    ['a value', '[core]\nchecksum_jobs = many\n', '`datapin config -u core.checksum_jobs` takes it away.'],
    ['a section with one option', '[coer]\nremote = x\n', 'Did you mean core? `datapin config -u coer.remote` takes it away.'],
    ['a section with several', '[coer]\nremote = x\nautostage = true\n', "Did you mean core? Take it out of '.dvc/config'."],
    ['an option in front of all sections', 'a = 1\n', "Take it out of '.dvc/config'."],
  ])('comes with what to do: %s', (_, text, hint) => {
    expect(() => load({ '.dvc/config': text })).toThrow(expect.objectContaining({ hint }));
  });

  it('because it is not UTF-8 is named', () => {
    mkdirSync(join(root, '.dvc'));
    writeFileSync(join(root, '.dvc/config'), Buffer.from('[core]\nremote = \xE9\n', 'latin1'));
    expect(() => load({})).toThrow(`'${join(root, '.dvc/config')}' is not UTF-8 text`);
  });

  it('because it is a directory is named', () => {
    mkdirSync(join(root, '.dvc/config'), { recursive: true });
    expect(() => load({})).toThrow(expect.objectContaining({ code: 'io-failed', message: expect.stringContaining('.dvc/config') }));
  });
});
