import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

const script = join(import.meta.dirname, '..', 'release-action.mjs');
const env = {
  PATH: process.env['PATH'],
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Release',
  GIT_AUTHOR_EMAIL: 'release@example.com',
  GIT_COMMITTER_NAME: 'Release',
  GIT_COMMITTER_EMAIL: 'release@example.com',
};

let dir = '';
let clones = 0;

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'release-action-')));
  git(dir, 'init', '-q', '--bare', '-b', 'main', 'server.git');
});
afterEach(() => rmSync(dir, { recursive: true }));

function git(cwd: string, ...args: readonly string[]): string {
  return execFileSync('git', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** The staged Action of a version. */
function staged(version: string, files: Readonly<Record<string, string>> = {}): string {
  const folder = join(dir, `staged-${version}`);
  mkdirSync(join(folder, 'dist'), { recursive: true });
  const all = {
    'package.json': JSON.stringify({ version }),
    'action.yml': `# ${version}`,
    '.gitignore': 'dist',
    'dist/main.mjs': version,
    ...files,
  };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(folder, name), text);
  return folder;
}

/** As the workflow does it: on a new, shallow clone. */
function release(...args: readonly string[]): { readonly code: number | null; readonly said: string } {
  const [command = '', ...rest] = args;
  const clone = join(dir, `clone-${(clones += 1)}`);
  git(dir, 'clone', '-q', '--depth=1', `file://${dir}/server.git`, clone);
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, command, clone, ...rest], { env, encoding: 'utf8' });
  return { code: status, said: stdout + stderr };
}

function publish(version: string, files?: Readonly<Record<string, string>>): void {
  const { code, said } = release('publish', staged(version, files), version);
  expect(code, said).toBe(0);
}

/** The dist/main.mjs that somebody gets who uses a tag. */
function mainAt(tag: string): string {
  return git(join(dir, 'server.git'), 'show', `${tag}:dist/main.mjs`);
}

test('a version is published with everything in the folder, also what it would ignore, and both moving tags follow', () => {
  publish('1.2.0');
  expect(['v1.2.0', 'v1', 'v1.2', 'main'].map(mainAt)).toEqual(['1.2.0', '1.2.0', '1.2.0', '1.2.0']);
  publish('1.2.1');
  expect(['v1.2.0', 'v1.2.1', 'v1', 'v1.2'].map(mainAt)).toEqual(['1.2.0', '1.2.1', '1.2.1', '1.2.1']);
});

test('what a version no longer has is gone', () => {
  publish('1.0.0', { 'dist/old-chunk.mjs': 'x' });
  publish('1.0.1');
  expect(git(join(dir, 'server.git'), 'ls-tree', '--name-only', 'v1', 'dist/')).toBe('dist/main.mjs');
});

test('a version is published once', () => {
  publish('1.0.0');
  const { code, said } = release('publish', staged('1.0.0', { 'dist/main.mjs': 'other bytes' }), '1.0.0');
  expect([code, said]).toEqual([1, 'v1.0.0 is published already, and a version never changes\n']);
  expect(mainAt('v1.0.0')).toBe('1.0.0');
});

test('a fix of an old line does not take the users of the newer one back', () => {
  publish('1.9.0');
  publish('1.10.0');
  publish('1.9.1');
  expect(['v1', 'v1.9', 'v1.10'].map(mainAt)).toEqual(['1.10.0', '1.9.1', '1.10.0']);
});

test('a rollback moves the tags back and touches no version; the next release goes on from there', () => {
  publish('1.0.0');
  publish('1.0.1');
  expect(release('point', '1.0.0')).toMatchObject({ code: 0 });
  expect(['v1', 'v1.0', 'v1.0.1'].map(mainAt)).toEqual(['1.0.0', '1.0.0', '1.0.1']);
  publish('1.0.2');
  expect(['v1', 'v1.0'].map(mainAt)).toEqual(['1.0.2', '1.0.2']);
});

test.for([
  [['point', '1.0.0'], 'v1.0.0 was never published\n'],
  [['point', 'v1'], '"v1" is not a version like 1.2.3\n'],
  [['publish', 'STAGED', '1.0.1'], 'the staged Action is version 1.0.0, not 1.0.1\n'],
  [['burn'], 'usage: release-action.mjs publish CLONE STAGED VERSION | point CLONE VERSION\n'],
] as const)('%j is refused and changes nothing', ([args, message]) => {
  const folder = staged('1.0.0');
  const { code, said } = release(...args.map((arg) => (arg === 'STAGED' ? folder : arg)));
  expect([code, said.replaceAll(/warning: .*\n/gu, '')]).toEqual([1, message]);
  expect(git(join(dir, 'server.git'), 'for-each-ref')).toBe('');
  expect(existsSync(folder)).toBe(true);
});
