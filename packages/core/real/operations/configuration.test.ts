import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ConfigFileLevel } from '../../src/config/config-files.ts';
import { DatapinError } from '../../src/errors.ts';
import type { ConfigScope } from '../../src/operations/config-session.ts';
import { getConfig, listConfig, setConfig, unsetConfig } from '../../src/operations/configuration.ts';
import {
  addRemote,
  defaultRemote,
  listRemotes,
  modifyRemote,
  removeRemote,
  renameRemote,
  setDefaultRemote,
} from '../../src/operations/remotes.ts';

/** The same place for both tools, one after the other, so that absolute paths in output and files are equal. */
let base = '';
let template = '';
const place = (): string => join(base, 'place');

function environment(): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: join(place(), 'home'),
    DVC_NO_ANALYTICS: '1',
    DVC_SITE_CACHE_DIR: join(base, 'site-cache'),
    DVC_SYSTEM_CONFIG_DIR: join(place(), 'system'),
    DVC_GLOBAL_CONFIG_DIR: join(place(), 'global'),
  };
}

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'datapin-config-'));
  mkdirSync(join(place(), 'repo/sub'), { recursive: true });
  mkdirSync(join(place(), 'home'));
  execFileSync('git', ['init', '-q'], { cwd: join(place(), 'repo') });
  dvc(['init', '-q'], '.');
  template = join(base, 'template');
  cpSync(place(), template, { recursive: true });
});
afterAll(() => rmSync(base, { recursive: true }));

interface Answer {
  readonly failed: boolean;
  readonly text: string;
  readonly error: string;
}

function dvc(args: readonly string[], cwd: string): Answer {
  const { status, stdout, stderr } = spawnSync('dvc', args, { cwd: join(place(), 'repo', cwd), env: environment(), encoding: 'utf8' });
  return { failed: status !== 0, text: stdout.trim(), error: /config file error: (.*)/.exec(stderr)?.[1] ?? '' };
}

async function ours(args: readonly string[], cwd: string): Promise<Answer> {
  try {
    return { failed: false, text: (await run(args, cwd)).trim(), error: '' };
  } catch (error) {
    if (!(error instanceof DatapinError)) throw error;
    return { failed: true, text: '', error: error.message.replace(/^config file error: /, '').replace(/ in '[^']*'$/, '') };
  }
}

/** The part of a command line that these tests use. */
async function run(args: readonly string[], cwd: string): Promise<string> {
  const flags = new Set(args.filter((arg) => /^-{1,2}[a-z]/.test(arg)));
  const [command = '', ...rest] = args.filter((arg) => !flags.has(arg));
  const level = (['global', 'system', 'project', 'local'] satisfies ConfigFileLevel[]).find((name) => flags.has(`--${name}`));
  const storages = { load: () => Promise.reject(new DatapinError('plugin-missing', 'no plugin')) };
  const scope: ConfigScope = { level, options: { cwd: join(place(), 'repo', cwd), env: environment(), storages } };
  const unset = flags.has('-u');
  if (command === 'config') {
    const [name = '', value] = rest;
    if (flags.has('-l')) return (await listConfig(scope)).map((entry) => `${entry.name}=${entry.value}`).join('\n');
    if (unset) await unsetConfig(scope, name);
    else if (value === undefined) return (await getConfig(scope, name)) ?? '';
    else await setConfig(scope, name, value);
    return '';
  }
  const [action, name = '', second = '', value] = rest;
  switch (action) {
    case 'add':
      await addRemote(scope, { name, url: second, default: flags.has('-d'), force: flags.has('-f') });
      return flags.has('-d') ? `Setting '${name}' as a default remote.` : '';
    case 'modify':
      await modifyRemote(scope, { name, option: second, value: unset ? undefined : value });
      return '';
    case 'remove':
      await removeRemote(scope, name);
      return '';
    case 'rename':
      await renameRemote(scope, { from: name, to: second });
      return '';
    case 'default':
      if (name === '' && !unset) return (await defaultRemote(scope)) ?? 'none';
      await setDefaultRemote(scope, unset ? null : name);
      return '';
    default:
      return (await listRemotes(scope)).map((remote) => `${remote.name} ${remote.url}${remote.isDefault ? ' (default)' : ''}`).join('\n');
  }
}

/** DVC makes files that hold nothing; we do not. */
const files = ['repo/.dvc/config', 'repo/.dvc/config.local', 'global/config', 'system/config'];
function contents(): Record<string, string> {
  return Object.fromEntries(files.map((file) => [file, readIfThere(join(place(), file)) || '\n']));
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function restart(): void {
  rmSync(place(), { recursive: true });
  cpSync(template, place(), { recursive: true });
}

type Step = string | { readonly in: string; readonly do: string };

const sequences: Record<string, readonly Step[]> = {
  'adding, changing and removing remotes': [
    'remote add -d store ../../data',
    'remote add other s3://bucket/path',
    'remote add other s3://bucket/path',
    'remote add -f other s3://bucket/new',
    'remote modify other region eu-west-1',
    'remote modify other endpointurl http://localhost:1',
    'remote modify --local other secret_access_key se#cret,with"odd',
    'remote modify other region -u',
    'remote modify nobody region x',
    'remote modify other nonsense x',
    'remote modify other jobs many',
    'remote modify other jobs 0',
    'remote list',
    'remote default',
    'remote default other',
    'remote default nobody',
    'remote default --local store',
    'remote default',
    'remote default --project',
    'remote default -u --local',
    'remote remove store',
    'remote remove store',
    'remote list',
  ],
  'paths from everywhere': [
    { in: 'sub', do: 'remote add rel ../../x/../y' },
    { in: 'sub', do: 'remote add deep z/' },
    'remote add here .',
    'remote add home ~/data',
    'remote add abs /abs/./dir/',
    'remote add file file:///abs/dir',
    'remote add ssh ssh://user@host:22/path/../x',
    { in: 'sub', do: 'remote modify ssh keyfile key.pem' },
    { in: 'sub', do: 'remote modify rel url ../other' },
    'remote add drive gdrive://root/x',
    { in: 'sub', do: 'remote modify drive gdrive_service_account_json_file_path sa.json' },
    { in: 'sub', do: 'config cache.dir ../cache' },
    'config remote.rel.url',
    'config cache.dir',
    'remote list',
    'config -l',
    { in: 'sub', do: 'remote add --global g x' },
    'remote add --local l ../l',
    'remote list',
    'remote list --local',
  ],
  renaming: [
    'remote add -d a s3://a',
    'remote add b s3://b',
    'remote rename a b',
    'remote rename zzz y',
    'remote default --local a',
    'remote rename a c',
    'remote list',
    'remote rename --global c d',
  ],
  'removing the default of a stronger level': [
    'remote add a s3://a',
    'remote add b s3://b',
    'remote default a',
    'remote default --local a',
    'remote remove a',
    'remote list',
  ],
  settings: [
    'config core.autostage true',
    'config CORE.Remote Store',
    'config core.remote',
    'config cache.type hardlink,symlink',
    'config cache.type',
    'config cache.type nonsense',
    'config core.autostage yes',
    'config core.nonsense 1',
    'config nonsense.x 1',
    'config core.checksum_jobs 2',
    'config --local core.checksum_jobs 3',
    'config core.checksum_jobs',
    'config --project core.checksum_jobs',
    'config --local core.remote',
    'config core.interactive',
    'config -u core.interactive',
    'config -u core.checksum_jobs',
    'config remote.r.url s3://b',
    'config remote.r.profile p',
    'config -u remote.r.profile',
    'config -u remote.r.profile',
    'config -u remote.nobody.url',
    'config -u nonsense.x',
    'config --project nonsense.x',
    'config db.d.url sqlite:///x',
    'config hydra.enabled True',
    'config parsing.bool boolean_optional',
    'config feature.x y',
    'config core.site_cache_dir "with space"',
    'config core.site_cache_dir %(remote)s',
    'config -u core.remote',
    'config -l',
  ],
};

describe('the files after each command are those of DVC', () => {
  it.each(Object.entries(sequences))('%s', async (_, steps) => {
    const expected: (Answer & { readonly files: Record<string, string> })[] = [];
    restart();
    for (const step of steps) {
      const [words, cwd] = typeof step === 'string' ? [step, '.'] : [step.do, step.in];
      expected.push({ ...dvc(splitWords(words), cwd), files: contents() });
    }
    restart();
    for (const [index, step] of steps.entries()) {
      const [words, cwd] = typeof step === 'string' ? [step, '.'] : [step.do, step.in];
      const answer = await ours(splitWords(words), cwd);
      const was = expected[index]!;
      expect({ words, failed: answer.failed, error: answer.error, text: tidy(answer.text), files: contents() }).toEqual({
        words,
        failed: was.failed,
        error: was.error,
        text: tidy(was.text),
        files: was.files,
      });
    }
  });
});

function splitWords(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"(?=\s|$)|\S+/g)].map((match) => match[1] ?? match[0]);
}

/** DVC aligns columns. */
function tidy(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim().replaceAll(/\s+/g, ' '))
    .join('\n');
}
