import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { TempFiles } from '../../src/temp-files.ts';
import { writeTextAtomically } from '../../src/workspace/atomic-write.ts';
import { openWorkspaceTemps } from '../../src/workspace/workspace-temps.ts';

let folder: string;
let temps: TempFiles;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'datapin-write-'));
  temps = openWorkspaceTemps(join(folder, '.tmp'));
  path = join(folder, 'x.dvc');
});
afterEach(() => {
  temps[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

describe('writing a text file in one step', () => {
  it('makes it, and leaves no temp file', () => {
    expect(writeTextAtomically(path, 'new\n', temps)).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('new\n');
    expect(readdirSync(folder).sort()).toEqual(['.tmp', 'x.dvc']);
  });

  it('replaces it as another file, so that a reader keeps the old text', () => {
    writeFileSync(path, 'old\n');
    const { ino } = statSync(path);
    writeTextAtomically(path, 'new\n', temps);
    expect(statSync(path).ino).not.toBe(ino);
  });

  it('keeps the mode of the file', () => {
    writeFileSync(path, 'old\n');
    chmodSync(path, 0o640);
    writeTextAtomically(path, 'new\n', temps);
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  it('does not touch a file that has the text already', () => {
    writeFileSync(path, 'same\n');
    const { ino } = statSync(path);
    expect(writeTextAtomically(path, 'same\n', temps)).toBe(false);
    expect(statSync(path).ino).toBe(ino);
  });

  it('refuses a symbolic link, whose target may be anywhere', () => {
    writeFileSync(join(folder, 'target'), 'kept');
    symlinkSync('target', path);
    expect(() => writeTextAtomically(path, 'new\n', temps)).toThrow(expect.objectContaining({ code: 'unsafe-path' }));
    expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('kept');
  });

  it('names the file that cannot be written', () => {
    const missing = join(folder, 'missing/x.dvc');
    expect(() => writeTextAtomically(missing, 'x', temps)).toThrow(expect.objectContaining({ message: expect.stringContaining(missing) }));
  });
});
