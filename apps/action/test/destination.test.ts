import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { openDestination } from '../src/destination.ts';

let base: string;
let workspace: string;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'datapin-destination-')));
  workspace = join(base, 'workspace');
  mkdirSync(workspace);
});
afterEach(() => rmSync(base, { recursive: true }));

test('a folder in the workspace is made', () => {
  expect(openDestination('a/b', workspace)).toBe(join(workspace, 'a/b'));
  expect(openDestination('.', workspace)).toBe(workspace);
});

test('a folder elsewhere has to be named as such', () => {
  expect(openDestination(join(base, 'elsewhere/data'), workspace)).toBe(join(base, 'elsewhere/data'));
  expect(() => openDestination('../elsewhere', workspace)).toThrow(expect.objectContaining({ code: 'usage' }));
});

test('a link that the repository brought leads nowhere', () => {
  mkdirSync(join(base, 'outside'));
  symlinkSync(join(base, 'outside'), join(workspace, 'data'));
  writeFileSync(join(workspace, 'file'), '');
  for (const path of ['data', 'data/x', 'file/x', '.git/x', 'a/.DVC']) {
    expect(() => openDestination(path, workspace), path).toThrow(expect.objectContaining({ code: 'usage' }));
  }
});
