import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { findGitProgram } from '../../src/project/git-program.ts';
import { openGitRepository } from '../../src/project/git-repository.ts';
import { findGit } from '../../src/project/find-git.ts';
import type { GitRepository } from '../../src/project/git.ts';
import { makeProject, type TemporaryProject } from '../operations/temporary-project.ts';

let project: TemporaryProject;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => {
  project[Symbol.dispose]();
});

function open(folder = project.root, env: Record<string, string | undefined> = { PATH: process.env['PATH'] }): GitRepository {
  const location = findGit(folder);
  if (!location) throw new Error('no git');
  return openGitRepository(location, env);
}

function save(message: string): string {
  project.git('add', '-A');
  project.git('commit', '-q', '--allow-empty', '-m', message);
  return project.git('rev-parse', 'HEAD').trim();
}

describe('resolve', () => {
  test('a branch, a tag, an annotated tag, a short id and an expression lead to their commit', async () => {
    const first = save('one');
    project.git('tag', 'v1');
    project.git('tag', '-a', 'v2', '-m', 'annotated');
    const second = save('two');
    project.git('branch', 'side');
    const git = open();
    const found = await Promise.all(['v1', 'v2', 'side', first.slice(0, 10), 'HEAD~1', 'HEAD'].map((rev) => git.resolve(rev)));
    expect(found).toEqual([first, first, second, first, first, second]);
  });

  test('a branch that only a git remote has is found by its plain name', async () => {
    const commit = save('one');
    project.git('update-ref', 'refs/remotes/origin/feature/x', commit);
    expect(await open().resolve('feature/x')).toBe(commit);
  });

  test('a name that two git remotes have with different commits is ambiguous', async () => {
    project.git('update-ref', 'refs/remotes/one/x', save('one'));
    project.git('update-ref', 'refs/remotes/two/x', save('two'));
    await expect(open().resolve('x')).rejects.toMatchObject({ code: 'unknown-revision', message: "ambiguous Git revision 'x'" });
  });

  test.each(['nope', '--all', '', 'a\nb', '-h', 'HEAD:file'])('%j is unknown', async (rev) => {
    project.write('file', 'x');
    save('one');
    await expect(open().resolve(rev)).rejects.toMatchObject({ code: 'unknown-revision' });
  });
});

test('before the first commit there is no HEAD', async () => {
  expect(await open().head()).toBeUndefined();
  expect(await open().revisions({ branches: true, tags: true, commits: true })).toEqual([]);
});

test('revisions come with the names that lead to them', async () => {
  const first = save('one');
  project.git('tag', '-a', 'v1', '-m', 'x');
  const second = save('two');
  project.git('branch', 'side');
  const branch = project.git('branch', '--show-current').trim();
  const git = open();
  expect(await git.revisions({ branches: false, tags: true, commits: false })).toEqual([{ commit: first, names: ['v1'] }]);
  const [only, ...others] = await git.revisions({ branches: true, tags: false, commits: false });
  expect([only?.commit, [...(only?.names ?? [])].sort(), others]).toEqual([second, [branch, 'side'].sort(), []]);
  const all = await git.revisions({ branches: false, tags: false, commits: true });
  expect(all.map(({ commit }) => commit)).toEqual([second, first]);
});

test('a tree and its contents are read with odd names intact', async () => {
  const files = { 'a.txt': 'a', 'dir/ü "quoted".txt': 'b', 'dir/tab\tline\nbreak': 'c', empty: '' };
  for (const [path, text] of Object.entries(files)) project.write(path, text);
  chmodSync(join(project.root, 'a.txt'), 0o755);
  const git = open();
  const tree = await git.listTree(save('one'), { sizes: true });
  const blobs = await git.readBlobs(tree.map(({ object }) => object));
  const found = tree.map(({ path, object, size }) => [path, [blobs.get(object)?.toString('utf8'), size]]);
  expect(Object.fromEntries(found)).toMatchObject({
    'a.txt': ['a', 1],
    'dir/ü "quoted".txt': ['b', 1],
    'dir/tab\tline\nbreak': ['c', 1],
    empty: ['', 0],
  });
  expect(tree.find(({ path }) => path === 'a.txt')?.mode).toBe('100755');
  expect((await git.listTree(await git.resolve('HEAD'), { under: 'dir' })).map(({ path }) => path).sort()).toEqual(
    ['dir/tab\tline\nbreak', 'dir/ü "quoted".txt'].sort(),
  );
});

test('tracked files are told, and folders that hold one', async () => {
  project.write('dir/kept', '');
  save('one');
  project.write('dir/new', '');
  project.write('other/new', '');
  const path = (name: string): string => join(project.root, name);
  const asked = ['dir/kept', 'dir/new', 'dir', 'other', '*'].map(path);
  expect([...(await open().tracked([...asked, '/outside']))].sort()).toEqual([path('dir'), path('dir/kept')]);
});

test('ignored paths are told, tracked or not', async () => {
  project.write('a.log', '');
  save('one');
  project.write('.gitignore', '*.log\nout/\n');
  mkdirSync(join(project.root, 'out'));
  const asked = ['a.log', 'b.log', 'c.txt', 'out/x'].map((name) => join(project.root, name));
  expect([...(await open().ignored([...asked, '/outside/a.log']))]).toEqual([asked[0], asked[1], asked[3]]);
});

test('status tells changes and, when asked, untracked files', async () => {
  project.write('a', '1');
  save('one');
  expect(await open().status({ untracked: true })).toEqual({ dirty: false, untracked: [] });
  project.write('dir/new file', '');
  expect(await open().status({ untracked: true })).toEqual({ dirty: true, untracked: ['dir/new file'] });
  expect(await open().status({ untracked: false })).toEqual({ dirty: false, untracked: [] });
});

test('staging leaves out what belongs to another repository', async () => {
  save('one');
  project.write('mine', '');
  project.write('sub/theirs', '');
  execFileSync('git', ['init', '-q', join(project.root, 'sub')]);
  await open().stage([join(project.root, 'mine'), join(project.root, 'sub/theirs')]);
  expect(project.git('diff', '--cached', '--name-only')).toBe('mine\n');
});

test('variables of a surrounding git do not lead elsewhere', async () => {
  const commit = save('one');
  const env = { PATH: process.env['PATH'], GIT_DIR: '/nowhere', GIT_WORK_TREE: '/nowhere', GIT_INDEX_FILE: '/nowhere' };
  expect(await open(project.root, env).head()).toBe(commit);
});

test('what a repository configures is not run', async () => {
  project.write('hook', `#!/bin/sh\ntouch '${project.root}/ran'\n`);
  chmodSync(join(project.root, 'hook'), 0o755);
  project.git('config', 'core.fsmonitor', join(project.root, 'hook'));
  project.git('config', 'core.hooksPath', project.root);
  project.write('file', '');
  const git = open();
  await git.status({ untracked: true });
  await git.tracked([join(project.root, 'file')]);
  expect((await git.status({ untracked: true })).untracked).not.toContain('ran');
});

describe('findGitProgram', () => {
  test('a git beside the work is never taken', () => {
    writeFileSync(join(project.root, 'git'), '#!/bin/sh\n', { mode: 0o755 });
    expect(() => findGitProgram({ PATH: '.::bin' })).toThrow(expect.objectContaining({ code: 'no-git' }));
  });

  test('without one the user is told', async () => {
    await expect(open(project.root, { PATH: '' }).head()).rejects.toMatchObject({ code: 'no-git' });
  });
});

test('a failure says what git said, without a password', async () => {
  const { runGit } = await import('../../src/project/git-program.ts');
  const program = findGitProgram({ PATH: process.env['PATH'] });
  const call = { cwd: project.root, args: ['ls-remote', 'http://user:secret@127.0.0.1:1/x'] };
  const error: unknown = await runGit(program, call).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'git-failed' });
  expect(String(error)).toContain('127.0.0.1');
  expect(String(error)).not.toContain('secret');
});

test('a failure is one line: what git explains behind it is left out', async () => {
  const { runGit } = await import('../../src/project/git-program.ts');
  const call = { cwd: project.root, args: ['fetch', '/nowhere/at/all'] };
  const error: unknown = await runGit(findGitProgram({ PATH: process.env['PATH'], LC_ALL: 'C' }), call).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    message: `git fetch failed in '${project.root}': fatal: '/nowhere/at/all' does not appear to be a git repository; fatal: Could not read from remote repository.`,
  });
});
