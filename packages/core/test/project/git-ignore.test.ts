import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { findGit } from '../../src/project/find-git.ts';
import { createGitIgnore } from '../../src/project/git-ignore.ts';
import { makeProject, type TemporaryProject } from '../operations/temporary-project.ts';

let project: TemporaryProject;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => {
  project[Symbol.dispose]();
});

/** Paths with a trailing slash are folders, which exist: git looks. */
function opinions(paths: readonly string[]): { readonly ours: readonly string[]; readonly gits: readonly string[] } {
  const git = findGit(project.root);
  if (git === undefined) throw new Error('no git');
  const rules = createGitIgnore(git, { HOME: join(project.root, '..') });
  const ours = paths.filter((path) => rules.ignores(path.replace(/\/$/u, ''), path.endsWith('/') ? 'folder' : 'file'));
  return { ours, gits: paths.filter((path) => gitIgnores(path)) };
}

function gitIgnores(path: string): boolean {
  try {
    // Behind a slash git would look for an empty name.
    project.git('check-ignore', '-q', '--no-index', '--', path.replace(/\/$/u, ''));
    return true;
  } catch {
    return false;
  }
}

test.each([
  ['a name at any depth', '*.tmp\n', ['a.tmp', 'x/a.tmp', 'a.tmp.txt', 'tmp']],
  ['an anchored name', '/build\nsub/x\n', ['build', 'x/build', 'sub/x', 'y/sub/x']],
  ['a folder only', 'build/\n', ['x/build', 'other/', 'build/']],
  ['what lies in an ignored folder', 'out/\n!out/keep\n', ['out/', 'out/keep', 'out/a/b']],
  ['a rule taken back', '*.log\n!keep.log\n', ['a.log', 'keep.log', 'x/keep.log']],
  ['the last rule', '!a\na\n', ['a']],
  ['two stars in front', '**/x\n', ['x', 'a/x', 'a/b/x', 'a/xx']],
  ['two stars in the middle', 'a/**/b\n', ['a/b', 'a/x/b', 'a/x/y/b', 'a/xb']],
  ['two stars at the end', 'a/**\n', ['a', 'a/b', 'a/b/c', 'b/a/c']],
  ['a star stays in its segment', 'a/*\n', ['a/b', 'a/b/c', 'x/a/b']],
  ['two stars in a name', 'a**b\n', ['ab', 'axb', 'x/axxb']],
  ['a question mark', '?.txt\n', ['a.txt', 'ab.txt', '/.txt'.slice(1)]],
  ['brackets', '[a-c]x\n[!a]y\n[]]z\n[c-a]w\n[[:digit:]_]v\n', ['ax', 'dx', 'ay', 'by', ']z', 'cw', 'bw', '7v', '_v', 'xv']],
  ['a bracket that never closes', '[a\n', ['a', '[a']],
  ['escapes', '\\#a\n\\!b\na\\*b\n', ['#a', '!b', 'a*b', 'axb']],
  ['comments and blank lines', '# a\n\n   \nb\n', ['a', '# a', 'b']],
  ['trailing spaces', 'a   \nb\\ \n', ['a', 'a   ', 'b', 'b ']],
  ['a byte order mark and line ends of Windows', '\uFEFFa\r\nb\r\n', ['a', 'b', 'b\r']],
  ['names that are not ASCII', 'é*\n😀\n', ['é1', '😀', 'e']],
  ['regular expression characters', 'a.b\na+b\n(x)\n$y\n', ['a.b', 'axb', 'a+b', 'aab', '(x)', '$y']],
])('%s', (_what, text, paths) => {
  project.write('.gitignore', text);
  for (const path of paths) if (path.endsWith('/')) mkdirSync(join(project.root, path), { recursive: true });
  const { ours, gits } = opinions(paths);
  expect(ours).toEqual(gits);
});

test('a nearer file wins over one further up', () => {
  project.write('.gitignore', '*.bin\na/\n');
  project.write('sub/.gitignore', '!keep.bin\n!a/\n*.txt\n');
  project.write('sub/deep/.gitignore', 'keep.bin\n');
  for (const folder of ['sub/a', 'a']) mkdirSync(join(project.root, folder), { recursive: true });
  const { ours, gits } = opinions([
    'x.bin',
    'sub/x.bin',
    'sub/keep.bin',
    'sub/deep/keep.bin',
    'sub/x.txt',
    'x.txt',
    'a/',
    'sub/a/',
    'sub/a/f',
    'a/f',
  ]);
  expect(ours).toEqual(gits);
});

test('a file cannot take back what the folder above it says', () => {
  project.write('.gitignore', 'out/\n');
  project.write('out/.gitignore', '!*\n');
  const { ours, gits } = opinions(['out/x']);
  expect(ours).toEqual(gits);
});

test('info/exclude and the user file count, and a .gitignore wins over both', () => {
  project.write('.git/info/exclude', '*.x\n*.y\n');
  project.write('../.config/git/ignore', '*.z\n*.y\n');
  project.write('.gitignore', '!a.x\n!a.z\n');
  const { ours, gits } = opinions(['a.x', 'b.x', 'a.y', 'a.z', 'b.z']);
  expect(ours).toEqual(gits);
});

test('core.excludesFile names the user file', () => {
  project.write('../.gitconfig', '[core]\n\texcludesFile = ~/mine\n');
  project.write('../mine', '*.q\n');
  project.write('../.config/git/ignore', '*.z\n');
  const { ours, gits } = opinions(['a.q', 'a.z']);
  expect(ours).toEqual(gits);
});

test('in a linked work tree the rules of the repository count', () => {
  project.write('.git/info/exclude', '*.x\n');
  project.git('commit', '-q', '--allow-empty', '-m', 'first');
  project.git('worktree', 'add', '-q', '../linked');
  const git = findGit(join(project.root, '../linked'));
  if (git === undefined) throw new Error('no git');
  expect(createGitIgnore(git, {}).ignores('a.x', 'file')).toBe(true);
});
