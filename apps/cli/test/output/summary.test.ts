import { expect, test } from 'vitest';

import { summary } from '../../src/output/summary.ts';

/** The texts of this test were printed by DVC 3.67.1. */
test.each<[readonly [string, number][], string]>([
  [[['pushed', 4]], '4 files pushed'],
  [[['pushed', 1]], '1 file pushed'],
  [
    [
      ['fetched', 4],
      ['modified', 0],
      ['added', 3],
    ],
    '4 files fetched and 3 files added',
  ],
  [
    [
      ['fetched', 1],
      ['modified', 2],
      ['added', 3],
    ],
    '1 file fetched, 2 files modified and 3 files added',
  ],
  [[['fetched', 0]], ''],
])('%j', (counts, text) => {
  expect(summary(counts)).toBe(text);
});
