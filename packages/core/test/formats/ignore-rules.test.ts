import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createIgnoreRules, type IgnorePattern, type IgnoreRules, printIgnorePattern } from '../../src/formats/ignore-rules.ts';

const fixture = new URL('../../../../e2e/fixtures/10-dvcignore/', import.meta.url).pathname;
const print = (patterns: readonly IgnorePattern[]): string => patterns.map(printIgnorePattern).join(' ');

describe('the rules of the DVC-made repository', () => {
  const golden: { readonly paths: readonly string[]; readonly stdout: string } = JSON.parse(
    readFileSync(join(fixture, 'golden/check-ignore.json'), 'utf8'),
  );
  let clone = '';
  let rules: IgnoreRules;

  beforeAll(() => {
    clone = mkdtempSync(join(tmpdir(), 'datapin-ignore-'));
    execFileSync('git', ['clone', '-q', join(fixture, 'repo.bundle'), clone]);
    rules = createIgnoreRules()
      .withFile('', readFileSync(join(clone, '.dvcignore'), 'utf8'))
      .withFile('other', readFileSync(join(clone, 'other/.dvcignore'), 'utf8'))
      .withSubProject('nested')
      .withSubProject('nested2/n');
  });
  afterAll(() => rmSync(clone, { recursive: true }));

  it.each(golden.paths.map((path, index) => [path, golden.stdout.split('\n')[index]]))('decide on %s as DVC does', (path, line) => {
    const isDirectory = golden.paths.some((other) => other.startsWith(`${path}/`)) || path === '.dvc';
    const { ignored, patterns } = rules.decide(path, isDirectory);
    expect(`${print(patterns) || '::'}\t${path}`).toBe(line);
    expect(rules.ignores(path, isDirectory)).toBe(ignored);
  });
});

describe('without any file', () => {
  it.each([
    ['.git', true],
    ['a/.git', true],
    ['a/.git', false],
    ['a/.hg', true],
    ['a/b/.dvc', true],
    ['.dvc/cache/x', false],
    ['a/.git/config', false],
  ])('%s is never data', (path, isDirectory) => {
    expect(createIgnoreRules().ignores(path, isDirectory)).toBe(true);
    expect(createIgnoreRules().decide(path, isDirectory).ignored).toBe(true);
  });

  it.each([
    ['.dvc', false],
    ['.hg', false],
    ['.gitignore', false],
    ['a.git', true],
    ['a/data', true],
  ])('%s is data', (path, isDirectory) => {
    expect(createIgnoreRules().ignores(path, isDirectory)).toBe(false);
    expect(createIgnoreRules().ignoresEntry(path, isDirectory)).toBe(false);
    expect(createIgnoreRules().decide(path, isDirectory)).toEqual({ ignored: false, patterns: [] });
  });
});

describe('a .dvcignore', () => {
  const root = (...lines: readonly string[]): IgnoreRules => createIgnoreRules().withFile('', lines.join('\n'));

  it.each([
    ['a name', 'x', 'a/x', false, true],
    ['a name inside of a directory it names', 'x', 'a/x/y', false, true],
    ['a name with a slash in front', '/x', 'a/x', false, false],
    ['a name with a slash inside', 'a/x', 'b/a/x', false, false],
    ['a directory, for a file of that name', 'x/', 'x', false, false],
    ['a directory, for what is inside', 'x/', 'a/x/y', false, true],
    ['any depth in between', 'a/**/x', 'a/b/c/x', false, true],
    ['no depth in between', 'a/**/x', 'a/x', false, true],
    ['everything below', 'a/**', 'a/b', false, true],
    ['everything below, and so the directory itself', 'a/**', 'a', true, true],
    ['a star, not over a slash', 'a/*', 'a', true, false],
    ['one character, even outside of the basic plane', 'x?', 'x\u{1F600}', false, true],
    ['a bracket that holds a bracket', '[]a]', ']', false, true],
    ['a negated bracket', '[!a]', 'b', false, true],
    ['an escaped star', String.raw`x\*`, 'xa', false, false],
    ['an escaped hash', String.raw`\#x`, '#x', false, true],
    ['a comment', '#x', '#x', false, false],
    ['surrounding blanks', '  x  ', 'x', false, true],
    ['CRLF line ends', 'x\r', 'x', false, true],
    ['everything', '*', 'a/b', false, true],
    ['what DVC misreads: every directory', '*/', 'a', true, false],
    ['a bracket that never closes', '[x', '[x', false, false],
    ['a range upside down', '[z-a]', 'b', false, false],
  ])('knows %s', (_, pattern, path, isDirectory, ignored) => {
    expect(root(pattern).ignores(path, isDirectory)).toBe(ignored);
  });

  it('lets the last matching line win', () => {
    expect(root('*.tmp', '!keep.tmp').ignores('keep.tmp', false)).toBe(false);
    expect(root('!keep.tmp', '*.tmp').ignores('keep.tmp', false)).toBe(true);
  });

  it('never brings back what is inside of an ignored directory', () => {
    expect(root('x', '!x/keep').ignores('x/keep', false)).toBe(true);
  });

  it('brings back the content of a directory with the directory, unlike git', () => {
    expect(root('*.ok', '!deep').ignores('deep/m.ok', false)).toBe(false);
  });

  it('names the line that decided', () => {
    const { patterns } = root('# comment', '', '  *.tmp', '!keep.tmp').decide('a/keep.tmp', false);
    expect(patterns).toEqual([{ source: '.dvcignore', line: 4, pattern: '!keep.tmp' }]);
  });

  it('in a directory speaks of that directory only', () => {
    const rules = root('*.log').withFile('a/b', ['!x.log', '/y', 'z/w', '**/v'].join('\n'));
    expect(rules.ignores('x.log', false)).toBe(true);
    expect(rules.ignores('a/b/c/x.log', false)).toBe(false);
    expect(rules.ignores('a/b/y', false)).toBe(true);
    expect(rules.ignores('a/b/c/y', false)).toBe(false);
    expect(rules.ignores('a/b/z/w', false)).toBe(true);
    expect(rules.ignores('a/b/c/v', false)).toBe(true);
    expect(rules.ignores('v', false)).toBe(false);
    expect(print(rules.decide('a/b/y', false).patterns)).toBe('a/b/.dvcignore:2:/y');
  });

  it('leaves the rules it was added to as they were', () => {
    const before = createIgnoreRules();
    before.withFile('', 'x');
    expect(before.ignores('x', false)).toBe(false);
  });
});
