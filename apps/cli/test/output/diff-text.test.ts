import type { DiffResult } from '@datapin/core';
import { describe, expect, test } from 'vitest';

import { plain } from '../../src/output/colors.ts';
import { diffDocument, diffMarkdown, diffText } from '../../src/output/diff-text.ts';

const result: DiffResult = {
  added: [],
  deleted: [{ path: 'd/1', hash: '68b329da9893e34099c7d8ad5cb9c940' }],
  modified: [{ path: 'd/', hash: { old: 'c8cafa3c60123927b016aeafcd017b8b.dir', new: 'fecf4e89000000000000000000000000.dir' } }],
  renamed: [],
  notInCache: [],
};

/** The texts of these tests were printed by DVC 3.67.1. */
describe('a diff', () => {
  test('as text', () => {
    const document = diffDocument(result, { showHash: false, hideMissing: false });
    expect(diffText(document, plain)).toBe('Deleted:\n    d/1\n\nModified:\n    d/\n\nfiles summary: 1 deleted');
  });

  test('as text with hashes', () => {
    const document = diffDocument(result, { showHash: true, hideMissing: false });
    expect(diffText(document, plain)).toBe(
      'Deleted:\n    68b329da  d/1\n\nModified:\n    c8cafa3c..fecf4e89  d/\n\nfiles summary: 1 deleted',
    );
  });

  test('of directories alone ends with their block', () => {
    const document = diffDocument({ ...result, deleted: [] }, { showHash: false, hideMissing: false });
    expect(diffText(document, plain)).toBe('Modified:\n    d/\n');
  });

  test('as Markdown', () => {
    const document = diffDocument(result, { showHash: false, hideMissing: false });
    expect(diffMarkdown(document, false)).toBe(
      '| Status   | Path   |\n|----------|--------|\n| deleted  | d/1    |\n| modified | d/     |\n',
    );
  });

  test('as Markdown with hashes', () => {
    const document = diffDocument(result, { showHash: true, hideMissing: false });
    expect(diffMarkdown(document, true)).toBe(
      '| Status   | Hash               | Path   |\n|----------|--------------------|--------|\n| deleted  | 68b329da           | d/1    |\n| modified | c8cafa3c..fecf4e89 | d/     |\n',
    );
  });

  test('as a document, each state sorted by path', () => {
    const unsorted = { ...result, deleted: [{ path: 'z', hash: 'a' }, ...result.deleted] };
    expect(diffDocument(unsorted, { showHash: false, hideMissing: true })).toEqual({
      added: [],
      deleted: [{ path: 'd/1' }, { path: 'z' }],
      renamed: [],
      modified: [{ path: 'd/' }],
    });
  });

  test('without any change is an empty document and no text', () => {
    const document = diffDocument({ ...result, deleted: [], modified: [] }, { showHash: false, hideMissing: false });
    expect(document).toEqual({});
    expect(diffText(document, plain)).toBe('');
    expect(diffMarkdown(document, true)).toBe('| Status   | Hash   | Path   |\n|----------|--------|--------|\n');
  });
});
