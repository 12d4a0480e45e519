import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { addGitignoreEntry, gitignoreEntry } from '../../src/formats/gitignore-entry.ts';

const vectors: readonly { readonly name: string; readonly line: string }[] = JSON.parse(
  readFileSync(new URL('../vectors/gitignore-entries.json', import.meta.url), 'utf8'),
);

describe('the .gitignore entry', () => {
  it.each(vectors)('of $name is that of DVC', ({ name, line }) => {
    expect(gitignoreEntry(name)).toBe(line);
  });
});

describe('adding an entry to a .gitignore', () => {
  it.each([
    ['that is new', '', '/a\n'],
    ['puts it at the end', '/b\n', '/b\n/a\n'],
    ['ends the last line first', '/b', '/b\n/a\n'],
    ['changes nothing when it is there', '/a\n/b\n', '/a\n/b\n'],
    ['does not mistake another pattern for it', 'a\n# /a\n', 'a\n# /a\n/a\n'],
  ])('%s', (_, before, after) => {
    expect(addGitignoreEntry(before, 'a')).toBe(after);
  });
});
