// oxlint-disable vitest/expect-expect, vitest/valid-title -- the tests of this file are made from data
import assert from 'node:assert/strict';

import { afterAll, beforeAll, describe, test } from 'vitest';

import { type PlannedGuarantee, planSuite, tryPlanned } from './plan-suite.ts';
import { defaultLimits, type StorageUnderTest, type TestServer } from './storage-under-test.ts';

/**
 * Declares the conformance suite for a plugin: one test for each promise of the storage contract. Call it at the top of a test file.
 * A promise that the store cannot keep is declared in `deviations` with the reason; the reason is printed in the test's name, and the
 * test then makes sure that the promise is broken indeed. What the storage does not offer is declared in `lacks` likewise.
 * Throws when a declaration names nothing of the suite.
 */
export function describeStorage(name: string, underTest: StorageUnderTest): void {
  const limits = { ...defaultLimits, ...underTest.limits };
  const planned = planSuite(underTest);

  describe(name, () => {
    let server: TestServer | undefined;
    beforeAll(async () => {
      server = await underTest.start();
    });
    afterAll(() => server?.[Symbol.asyncDispose]());

    for (const one of planned) {
      test(titleOf(one), { timeout: 120_000 }, async () => {
        assert.ok(server, 'the store did not start');
        await tryPlanned(one, { plugin: underTest.plugin, server, limits, lacks: underTest.lacks ?? {} });
      });
    }
  });
}

function titleOf({ guarantee, deviation, lacking }: PlannedGuarantee): string {
  const title = `${guarantee.id}: ${guarantee.promise}`;
  if (lacking !== undefined) return `${title} (not offered: no ${lacking.need}, ${lacking.reason})`;
  return deviation === undefined ? title : `${title} (deviates: ${deviation.reason})`;
}
