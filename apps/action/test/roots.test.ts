import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { findRoots } from '../src/roots.ts';

let workspace: string;
beforeEach(() => {
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'datapin-roots-')));
  for (const path of ['a/.dvc', 'b/c/.dvc', 'a/sub', 'node_modules/x/.dvc', 'none']) mkdirSync(join(workspace, path), { recursive: true });
});
afterEach(() => rmSync(workspace, { recursive: true }));

test('the repository that the directory is in, else all below it', () => {
  expect(findRoots(join(workspace, 'a/sub'), undefined, workspace)).toEqual([join(workspace, 'a')]);
  expect(findRoots(workspace, undefined, workspace)).toEqual([join(workspace, 'a'), join(workspace, 'b/c')]);
});

test('roots can be listed, also by patterns', () => {
  expect(findRoots(workspace, ['b/c'], workspace)).toEqual([join(workspace, 'b/c')]);
  expect(findRoots(workspace, ['*', 'b/*'], workspace)).toEqual([join(workspace, 'a'), join(workspace, 'b/c')]);
});

test('none is an error that says so', () => {
  expect(() => findRoots(join(workspace, 'none'), undefined, workspace)).toThrow(expect.objectContaining({ code: 'not-a-repository' }));
  expect(() => findRoots(workspace, ['none'], workspace)).toThrow(expect.objectContaining({ code: 'usage' }));
});
