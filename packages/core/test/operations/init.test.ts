import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { init, type InitRequest, type InitResult } from '../../src/operations/init.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'datapin-init-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const git = (...args: string[]): string => execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' });

function initialise(options: Partial<InitRequest> = {}): Promise<InitResult> {
  const context = { signal: new AbortController().signal, report: () => {} };
  return init({ directory: folder, env: process.env, noScm: false, subdir: false, force: false, ...options }, context);
}

test('makes the files that DVC makes, and stages them', async () => {
  git('init', '-q');
  await initialise();
  expect(git('status', '--short').trim().split('\n')).toEqual(['A  .dvc/.gitignore', 'A  .dvc/config', 'A  .dvcignore']);
  expect(readFileSync(join(folder, '.dvc/config'), 'utf8')).toBe('');
  expect(readFileSync(join(folder, '.dvc/.gitignore'), 'utf8')).toBe('/config.local\n/tmp\n/cache\n');
  expect(readFileSync(join(folder, '.dvc/tmp/btime'), 'utf8')).toBe('');
});

test('without git says so and leaves git settings out', async () => {
  await initialise({ noScm: true });
  expect(readFileSync(join(folder, '.dvc/config'), 'utf8')).toBe('[core]\n    no_scm = True\n');
  expect(existsSync(join(folder, '.dvc/.gitignore'))).toBe(false);
});

test('outside of git it wants to be told', async () => {
  await expect(initialise()).rejects.toMatchObject({
    code: 'no-git',
    hint: '`git init` makes it a git repository; `datapin init --no-scm` does without one.',
  });
  expect(existsSync(join(folder, '.dvc'))).toBe(false);
});

test('below the top of a git work tree it wants to be told', async () => {
  git('init', '-q');
  const directory = join(folder, 'sub');
  mkdirSync(directory);
  await expect(initialise({ directory })).rejects.toMatchObject({
    code: 'no-git',
    hint: `It lies in the git repository '${folder}': run \`datapin init\` there, or \`datapin init --subdir\` here.`,
  });
  await initialise({ directory, subdir: true });
  expect(git('status', '--short')).toContain('A  sub/.dvc/config');
});

test('a repository that is there stays, unless it is to go', async () => {
  git('init', '-q');
  await initialise();
  writeFileSync(join(folder, '.dvc/config'), '[core]\n    remote = x\n');
  writeFileSync(join(folder, '.dvcignore'), '*.log\n');
  await expect(initialise()).rejects.toMatchObject({ code: 'already-initialised' });
  expect(readFileSync(join(folder, '.dvc/config'), 'utf8')).toContain('remote = x');
  await initialise({ force: true });
  expect(readFileSync(join(folder, '.dvc/config'), 'utf8')).toBe('');
  expect(readFileSync(join(folder, '.dvcignore'), 'utf8')).toBe('*.log\n');
});

test('a repository is either without git or a part of one', async () => {
  await expect(initialise({ noScm: true, subdir: true })).rejects.toMatchObject({ code: 'usage' });
});
