import { describe, expect, test } from 'vitest';

import { allHttpGuarantees, defaultLimits, tryGuarantee } from '../src/index.ts';
import type { Breakage } from './breakages/breakage.ts';
import { callBreakages } from './breakages/calls.ts';
import { errorBreakages } from './breakages/errors.ts';
import { answerBreakages } from './breakages/http-answers.ts';
import { connectionBreakages } from './breakages/http-connections.ts';
import { keyBreakages } from './breakages/keys.ts';
import { listingBreakages } from './breakages/listing.ts';
import { pluginBreakages } from './breakages/plugin.ts';
import { readingBreakages } from './breakages/reading.ts';
import { removingBreakages } from './breakages/removing.ts';
import { writingBreakages } from './breakages/writing.ts';

const breakages: readonly Breakage[] = [
  ...pluginBreakages,
  ...readingBreakages,
  ...writingBreakages,
  ...listingBreakages,
  ...keyBreakages,
  ...removingBreakages,
  ...errorBreakages,
  ...callBreakages,
  ...answerBreakages,
  ...connectionBreakages,
];

const limits = { ...defaultLimits, bigObject: 2_000_000, manyObjects: 250 };

/** Ids of the guarantees that a broken storage does not keep. */
async function brokenGuarantees({ plugin, start, noticedBy }: Breakage): Promise<readonly string[]> {
  await using server = await start();
  const broken: string[] = [];
  for (const guarantee of allHttpGuarantees) {
    if (!noticedBy.includes(guarantee.id)) continue;
    const [outcome] = await Promise.allSettled([tryGuarantee(guarantee, { plugin, server, limits })]);
    if (outcome.status === 'rejected') broken.push(guarantee.id);
  }
  return broken;
}

describe('the suite notices when', () => {
  test.for(breakages)('$bug', { timeout: 60_000 }, async (breakage) => {
    expect((await brokenGuarantees(breakage)).toSorted()).toEqual([...breakage.noticedBy].sort());
  });
});

test('every guarantee is shown to notice something', () => {
  const noticing = new Set(breakages.flatMap(({ noticedBy }) => noticedBy));
  expect(allHttpGuarantees.map(({ id }) => id).filter((id) => !noticing.has(id))).toEqual([]);
});
