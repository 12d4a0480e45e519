import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createDvcIgnore } from '../../src/project/dvc-ignore.ts';
import { workTreeFiles } from '../../src/project/file-tree.ts';
import { walkDirectory } from '../../src/workspace/walk-directory.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'datapin-walk-')));
  mkdirSync(join(root, 'data'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(path: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), path);
}

function walk(): readonly string[] {
  const folders = [...walkDirectory({ root, path: 'data', filter: createDvcIgnore(workTreeFiles(root)) })];
  return folders.flatMap(({ prefix, files }) => files.map(({ name }) => prefix + name)).sort();
}

const invalid = expect.objectContaining({ code: 'invalid-target' });

describe('a walk through a directory', () => {
  it('finds files at every depth, hidden ones too', () => {
    ['data/a', 'data/.hidden/.b', 'data/c/d/e', 'data/.gitignore'].forEach((path) => {
      write(path);
    });
    expect(walk()).toEqual(['.gitignore', '.hidden/.b', 'a', 'c/d/e']);
  });

  it('drops empty folders', () => {
    mkdirSync(join(root, 'data/empty/nested'), { recursive: true });
    expect(walk()).toEqual([]);
  });

  it('follows symbolic links to files', () => {
    write('elsewhere');
    symlinkSync('../elsewhere', join(root, 'data/link'));
    const [folder] = walkDirectory({ root, path: 'data', filter: { ignores: () => false } });
    expect(folder?.files).toMatchObject([{ name: 'link', isLink: true, stats: { size: 'elsewhere'.length } }]);
  });

  it('neither follows nor records symbolic links to folders', () => {
    write('elsewhere/x');
    symlinkSync('../elsewhere', join(root, 'data/link'));
    expect(walk()).toEqual([]);
  });

  it('leaves out what .dvcignore names, .git, .hg and other projects', () => {
    write('data/keep');
    writeFileSync(join(root, '.dvcignore'), '*.tmp\ndata/sub/\n');
    for (const path of ['x.tmp', 'sub/y', '.git/config', '.hg/x', '.dvc/config', 'other/.dvc/config', 'other/z'])
      write(`data/inner/${path}`);
    write('data/sub/y');
    expect(walk()).toEqual(['keep']);
  });

  it('leaves out our own temp files', () => {
    write('data/.datapin-0123abcd-77-99-5.tmp');
    write('data/.datapin-notes.tmp');
    expect(walk()).toEqual(['.datapin-notes.tmp']);
  });
});

describe('what cannot be tracked', () => {
  it('is a directory with a .dvcignore in it', () => {
    write('data/sub/.dvcignore');
    expect(walk).toThrow(expect.objectContaining({ code: 'misplaced-dvcignore' }));
  });

  it('is a broken symbolic link', () => {
    symlinkSync('nowhere', join(root, 'data/link'));
    expect(walk).toThrow(invalid);
  });

  it('is a pipe', () => {
    execFileSync('mkfifo', [join(root, 'data/pipe')]);
    expect(walk).toThrow(invalid);
  });

  it('is a name that is not UTF-8', () => {
    writeFileSync(Buffer.concat([Buffer.from(join(root, 'data/')), Buffer.from([0x66, 0xfc])]), '');
    expect(walk).toThrow(expect.objectContaining({ message: expect.stringContaining('UTF-8') }));
  });

  it('is none of that when it is ignored', () => {
    writeFileSync(join(root, '.dvcignore'), 'link\npipe\n');
    symlinkSync('nowhere', join(root, 'data/link'));
    execFileSync('mkfifo', [join(root, 'data/pipe')]);
    expect(walk()).toEqual([]);
  });
});
