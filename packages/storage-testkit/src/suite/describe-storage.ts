// oxlint-disable vitest/expect-expect, vitest/valid-title -- the tests of this file are made from data
import assert from 'node:assert/strict';

import { afterAll, beforeAll, describe, test } from 'vitest';

import { allGuarantees, allHttpGuarantees } from '../guarantees/all.ts';
import type { Guarantee } from './guarantee.ts';
import { defaultLimits, type Deviation, type StorageUnderTest, type TestServer } from './storage-under-test.ts';
import { tryGuarantee } from './try-guarantee.ts';

/**
 * Declares the conformance suite for a plugin: one test for each promise of the storage contract. Call it at the top of a test file.
 * A promise that the store cannot keep is declared in `deviations` with the reason; the reason is printed in the test's name, and the
 * test then makes sure that the promise is broken indeed. Throws when a deviation names no promise.
 */
export function describeStorage(name: string, underTest: StorageUnderTest): void {
  const limits = { ...defaultLimits, ...underTest.limits };
  const deviations = underTest.deviations ?? {};
  const guarantees = underTest.http === true ? allHttpGuarantees : allGuarantees;
  checkDeviations(deviations, guarantees);

  describe(name, () => {
    let server: TestServer | undefined;
    beforeAll(async () => {
      server = await underTest.start();
    });
    afterAll(() => server?.[Symbol.asyncDispose]());

    async function run(guarantee: Guarantee): Promise<void> {
      assert.ok(server, 'the store did not start');
      await tryGuarantee(guarantee, underTest.plugin, server, limits);
    }

    for (const guarantee of guarantees) {
      const deviation = deviationFrom(deviations, guarantee.id);
      const title = `${guarantee.id}: ${guarantee.promise}`;
      const note = deviation === undefined ? '' : ` (deviates: ${reasonOf(deviation)})`;
      test(`${title}${note}`, { timeout: 120_000 }, () =>
        deviation === undefined ? run(guarantee) : assertBroken(run(guarantee), deviation),
      );
    }
  });
}

function checkDeviations(deviations: Readonly<Record<string, Deviation>>, guarantees: readonly Guarantee[]): void {
  for (const id of Object.keys(deviations)) {
    const known = guarantees.some((guarantee) => deviationFrom({ [id]: '' }, guarantee.id) !== undefined);
    if (!known) throw new TypeError(`deviation "${id}" names no guarantee of the suite`);
  }
}

function deviationFrom(deviations: Readonly<Record<string, Deviation>>, id: string): Deviation | undefined {
  return deviations[id] ?? deviations[`${id.slice(0, id.indexOf('/'))}/*`];
}

function reasonOf(deviation: Deviation): string {
  return typeof deviation === 'string' ? deviation : deviation.reason;
}

async function assertBroken(attempt: Promise<void>, deviation: Deviation): Promise<void> {
  const [outcome] = await Promise.allSettled([attempt]);
  if (typeof deviation === 'string') assert.equal(outcome.status, 'rejected', 'the promise is kept: take this deviation out');
}
