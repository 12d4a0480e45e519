import type { Storage } from '@datapin/storage';

import type { SuiteLimits, TestRemote, TestServer } from './storage-under-test.ts';

/**
 * One promise of the storage contract and how it is tried. Guarantees are data: the suite turns each into a test, a deviation names one
 * by its id, and the suite's own tests run them against storages that break them.
 */
export interface Guarantee {
  /** `area/what`, stable: deviations refer to it. */
  readonly id: string;
  /** The promise as one sentence. */
  readonly promise: string;
  /** Rejects when the promise is broken. */
  readonly check: (trial: Trial) => Promise<void>;
}

/** A storage with every method; calling one that the real storage does not offer fails the test. */
export type FullStorage = Required<Omit<Storage, 'pathOf'>>;

/** What a guarantee is tried with. Everything is opened for this test alone and closed after it. */
export interface Trial {
  /** Opened on a remote that holds nothing. */
  readonly storage: FullStorage;
  readonly limits: SuiteLimits;
  readonly server: TestServer;
  /** Opens one more remote, or the same a second time. */
  open(remote: TestRemote): Promise<FullStorage>;
}

/** Gives guarantees their area: `guarantees('listing', { 'early-stop': [promise, check] })`. */
export function guarantees(
  area: string,
  checks: Readonly<Record<string, readonly [promise: string, check: Guarantee['check']]>>,
): readonly Guarantee[] {
  return Object.entries(checks).map(([name, [promise, check]]) => ({ id: `${area}/${name}`, promise, check }));
}
