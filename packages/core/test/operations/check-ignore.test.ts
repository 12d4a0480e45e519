import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { checkIgnore } from '../../src/operations/check-ignore.ts';
import { makeProject, type TemporaryProject } from './temporary-project.ts';

const fixture = join(import.meta.dirname, '../../../../e2e/fixtures/10-dvcignore');

let project: TemporaryProject;
beforeEach(() => {
  project = makeProject({ tar: join(fixture, 'input.tar.gz') });
});
afterEach(() => {
  project[Symbol.dispose]();
});

test('every path of a repository gets the verdict that real DVC gives, with its reason', async () => {
  const golden = JSON.parse(readFileSync(join(fixture, 'golden/check-ignore.json'), 'utf8')) as { paths: string[]; stdout: string };
  const verdicts = await checkIgnore(await project.open(), golden.paths);
  expect(verdicts.map(({ path, patterns }) => `${patterns.at(-1)?.text ?? '::'}\t${path}\n`).join('')).toBe(golden.stdout);
});

test('paths are relative to the current folder', async () => {
  const [verdict] = await checkIgnore(await project.open('data'), ['a.tmp']);
  expect(verdict).toMatchObject({ path: 'a.tmp', ignored: true, patterns: [{ source: '.dvcignore', pattern: '*.tmp' }] });
});

test('a pattern that brings a path back matches and does not ignore', async () => {
  const [verdict] = await checkIgnore(await project.open(), ['data/keep.tmp']);
  expect(verdict).toMatchObject({ ignored: false, patterns: [{ pattern: '!keep.tmp' }] });
});

test('a path outside of the project is not ignored', async () => {
  const [verdict] = await checkIgnore(await project.open(), ['../x.tmp']);
  expect(verdict).toEqual({ path: '../x.tmp', ignored: false, patterns: [] });
});
