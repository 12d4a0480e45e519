import type { DataChanges, DataStatusResult } from '@datapin/core';
import { describe, expect, test } from 'vitest';

import { plain } from '../../src/output/colors.ts';
import { dataStatusDocument, dataStatusText } from '../../src/output/data-status-text.ts';

const none: DataChanges = { added: [], modified: [], deleted: [], renamed: [], unknown: [] };
const clean: DataStatusResult = {
  notInCache: [],
  notInRemote: [],
  committed: none,
  uncommitted: none,
  untracked: [],
  unchanged: [],
  git: { isEmpty: false, isDirty: false },
};

/** DVC 3.67.1's texts, with our own name in the hints. */
describe('data status as text', () => {
  test('in sections', () => {
    const result = {
      ...clean,
      committed: { ...none, added: ['a', 'd/'] },
      uncommitted: { ...none, modified: ['d/'], renamed: [{ old: 'x', new: 'y' }] },
      git: { isEmpty: false, isDirty: true },
    };
    expect(dataStatusText(result, plain)).toBe(
      [
        'DVC committed changes:',
        '  (git commit the corresponding dvc files to update the repo)',
        '        added: a',
        '        added: d/',
        '',
        'DVC uncommitted changes:',
        '  (use "datapin commit <file>..." to track changes)',
        '  (use "datapin checkout <file>..." to discard changes)',
        '        modified: d/',
        '        renamed: x -> y',
        '(there are other changes not tracked by dvc, use "git status" to see)',
      ].join('\n'),
    );
  });

  test.each([
    [false, false, 'No changes.'],
    [true, false, 'No changes in an empty git repo.'],
    [false, true, 'No changes.\n(there are changes not tracked by dvc, use "git status" to see)'],
  ])('without changes (git empty: %s, dirty: %s)', (isEmpty, isDirty, text) => {
    expect(dataStatusText({ ...clean, git: { isEmpty, isDirty } }, plain)).toBe(text);
  });
});

describe('data status as JSON', () => {
  test('has only what there is', () => {
    const result = { ...clean, notInCache: ['a'], committed: { ...none, deleted: ['b'], renamed: [{ old: 'x', new: 'y' }] } };
    expect(dataStatusDocument(result)).toEqual({ not_in_cache: ['a'], committed: { deleted: ['b'], renamed: [{ old: 'x', new: 'y' }] } });
  });

  test('is empty without changes', () => {
    expect(dataStatusDocument(clean)).toEqual({});
  });
});
