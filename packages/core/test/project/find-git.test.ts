import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { findGit } from '../../src/project/find-git.ts';
import { findProjectRoot } from '../../src/project/find-root.ts';

let base: string;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'datapin-find-')));
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

const git = (folder: string, ...args: string[]): void => {
  execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { stdio: 'ignore' });
};

describe('the git repository of a folder', () => {
  test('is found from below', () => {
    git(base, 'init');
    mkdirSync(join(base, 'a/b'), { recursive: true });
    expect(findGit(join(base, 'a/b'))).toEqual({ workTree: base, gitDir: join(base, '.git'), commonDir: join(base, '.git') });
  });

  test('of a linked work tree shares what all of them share', () => {
    mkdirSync(join(base, 'main'));
    git(join(base, 'main'), 'init');
    git(join(base, 'main'), 'commit', '--allow-empty', '-m', 'x');
    git(join(base, 'main'), 'worktree', 'add', '../linked');
    expect(findGit(join(base, 'linked'))).toEqual({
      workTree: join(base, 'linked'),
      gitDir: join(base, 'main/.git/worktrees/linked'),
      commonDir: join(base, 'main/.git'),
    });
  });

  test('of a folder with a `gitdir:` file is where that leads', () => {
    git(base, 'init', '--separate-git-dir', join(base, 'elsewhere'), join(base, 'work'));
    expect(findGit(join(base, 'work'))).toMatchObject({ workTree: join(base, 'work'), gitDir: join(base, 'elsewhere') });
  });

  test('is not what only looks like one', () => {
    mkdirSync(join(base, '.git'));
    mkdirSync(join(base, 'a'));
    writeFileSync(join(base, 'a/.git'), 'gitdir: nowhere\n');
    expect(findGit(join(base, 'a'))).toBeUndefined();
  });
});

describe('the project of a folder', () => {
  test('is the nearest folder with `.dvc` at or above it, symlinks resolved', () => {
    mkdirSync(join(base, 'work/.dvc'), { recursive: true });
    mkdirSync(join(base, 'work/a/b'), { recursive: true });
    symlinkSync(join(base, 'work/a'), join(base, 'link'));
    expect(findProjectRoot(join(base, 'link/b'))).toBe(join(base, 'work'));
  });

  test('is not marked by a file named .dvc', () => {
    mkdirSync(join(base, '.dvc'));
    mkdirSync(join(base, 'sub'));
    writeFileSync(join(base, 'sub/.dvc'), '');
    expect(findProjectRoot(join(base, 'sub'))).toBe(base);
  });

  test('is missed in words that name the folder', () => {
    expect(() => findProjectRoot(base)).toThrow(
      expect.objectContaining({
        code: 'not-a-repository',
        message: expect.stringContaining(base),
        hint: expect.stringContaining('datapin init'),
      }),
    );
  });

  test('cannot be looked for in a folder that does not exist', () => {
    expect(() => findProjectRoot(join(base, 'gone'))).toThrow(expect.objectContaining({ code: 'not-a-repository' }));
  });
});
