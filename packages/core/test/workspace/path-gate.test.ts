import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { checkPinnedPath, checkPinnedPaths, openPathGate } from '../../src/workspace/path-gate.ts';

const unsafe = expect.objectContaining({ code: 'unsafe-path' });

describe('a pinned path', () => {
  it.each([
    '',
    '/etc/passwd',
    '..',
    '../x',
    'a/../../x',
    'a/..',
    '.',
    'a/./b',
    'a//b',
    'a/',
    '//a',
    'a\0b',
    '.git',
    '.git/hooks/post-checkout',
    'a/.git/config',
    '.GIT/config',
    '.Git',
    '.dvc/config.local',
    'a/.DVC',
    '.hg/hgrc',
    '.\u200cgit/config',
    '.g\u200dit',
    '\uFF0Egit/config',
  ])('%j is refused', (path) => {
    expect(() => {
      checkPinnedPath(path);
    }).toThrow(unsafe);
  });

  it.each([
    'a',
    'a/b/c.txt',
    '...',
    '..a',
    'a..',
    '.gitignore',
    '.gitattributes',
    '.dvcx/a',
    '.github/x',
    'a.git/x',
    'git/x',
    'a/.hidden',
    'back\\slash.txt',
    'new\nline.txt',
    'tab\t.txt',
    'del\u007F.txt',
    'C:',
    'con',
    'trailing.',
    'trailing ',
    ' ',
    '~',
    '日本.txt',
    'e\u0301',
    '😀',
  ])('%j is legal', (path) => {
    expect(() => {
      checkPinnedPath(path);
    }).not.toThrow();
  });
});

describe('the paths of a directory', () => {
  it.each([[['a', 'a/b']], [['x/a/b', 'x/a', 'x/c']], [['a/b', 'a!', 'a']]])('%j have a file that is also a folder', (paths) => {
    expect(() => {
      checkPinnedPaths(paths);
    }).toThrow(unsafe);
  });

  it('are refused for a single bad one', () => {
    expect(() => {
      checkPinnedPaths(['a', 'b/c', '../d']);
    }).toThrow(unsafe);
  });

  it('may be siblings with names that begin alike', () => {
    expect(() => {
      checkPinnedPaths(['a/b', 'a.txt', 'a!', 'ab/c']);
    }).not.toThrow();
  });
});

describe('the gate', () => {
  let base: string;
  let root: string;
  beforeEach(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'datapin-gate-')));
    root = join(base, 'project');
    mkdirSync(root);
    mkdirSync(join(base, 'outside'));
  });
  afterEach(() => {
    rmSync(base, { recursive: true });
  });

  it('makes the folders of a file that is to be written', () => {
    expect(openPathGate(root).forWriting('a/b/c')).toBe(join(root, 'a/b/c'));
    expect(existsSync(join(root, 'a/b'))).toBe(true);
  });

  it.each(['link/x', 'link/deep/x', 'real/link/x'])('writes nothing through a symbolic link: %s', (path) => {
    mkdirSync(join(root, 'real'));
    symlinkSync(join(base, 'outside'), join(root, 'link'));
    symlinkSync('../../outside', join(root, 'real/link'));
    expect(() => openPathGate(root).forWriting(path)).toThrow(unsafe);
    expect(() => openPathGate(root).existing(path)).toThrow(unsafe);
    expect(readdirSync(join(base, 'outside'))).toEqual([]);
  });

  it('writes nothing through a symbolic link to a folder inside of the project either', () => {
    mkdirSync(join(root, 'real'));
    symlinkSync('real', join(root, 'link'));
    expect(() => openPathGate(root).forWriting('link/x')).toThrow(unsafe);
  });

  it('does not take a file for a folder', () => {
    writeFileSync(join(root, 'file'), '');
    expect(() => openPathGate(root).forWriting('file/x')).toThrow(unsafe);
  });

  it('says when a file that is to be removed has no folder', () => {
    expect(openPathGate(root).existing('a/b')).toBeUndefined();
    expect(existsSync(join(root, 'a'))).toBe(false);
  });

  it('looks again at a folder that it is told to forget', () => {
    const gate = openPathGate(root);
    gate.forWriting('a/b/c');
    rmSync(join(root, 'a'), { recursive: true });
    symlinkSync(join(base, 'outside'), join(root, 'a'));
    gate.forget('a');
    expect(() => gate.forWriting('a/b/c')).toThrow(unsafe);
  });
});
