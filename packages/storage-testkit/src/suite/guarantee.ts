import type { Storage, StoragePlugin } from '@datapin/storage';

import type { Lacks, SuiteLimits, TestRemote, TestServer } from './storage-under-test.ts';

/** Methods of the contract that a storage may do without. */
export type StorageMethod = 'write' | 'remove' | 'list';

/**
 * What a test server may not be able to give: another way to put objects into the store (`put`, for one that cannot be written to),
 * a remote that refuses, one that nobody answers at, one behind a proxy that fails as told, one behind TLS.
 */
export type Seam = 'put' | 'refusedRemote' | 'unreachableRemote' | 'httpOrigin' | 'tlsRemote';

/** What has to be there so that a guarantee can be tried. */
export type Need = StorageMethod | Seam;

/**
 * One promise of the storage contract and how it is tried. Guarantees are data: the suite turns each into a test, a deviation names one
 * by its id, and the suite's own tests run them against storages that break them.
 */
export interface Guarantee {
  /** `area/what`, stable: deviations refer to it. */
  readonly id: string;
  readonly area: string;
  /** The promise as one sentence. */
  readonly promise: string;
  /** Where to look when it is broken, as one sentence. */
  readonly look: string;
  readonly needs: readonly Need[];
  /** Rejects when the promise is broken. */
  readonly check: (trial: Trial) => Promise<void>;
}

/** A storage with every method; calling one that the real storage does not offer fails the test. */
export interface FullStorage extends Required<Omit<Storage, 'pathOf'>> {
  /** The real storage's own, where it has it. */
  readonly pathOf: Storage['pathOf'];
  readonly offers: ReadonlySet<StorageMethod>;
  /** Places an object: by `write`, or by the test server's own way where the storage cannot write. */
  put(key: string, bytes: Uint8Array): Promise<void>;
}

/** What a guarantee is tried with. Everything is opened for this test alone and closed after it. */
export interface Trial {
  readonly plugin: StoragePlugin;
  /** Opened on {@link remote}. */
  readonly storage: FullStorage;
  /** A remote that holds nothing. */
  readonly remote: TestRemote;
  readonly limits: SuiteLimits;
  readonly server: TestServer;
  /** What is declared as not there. */
  readonly lacks: Lacks;
  /** What was told by `host.warn` so far. */
  readonly warnings: readonly string[];
  /** Opens one more remote, or the same a second time. */
  readonly open: (remote: TestRemote) => Promise<FullStorage>;
}

/** What the guarantees of one area share. */
export interface Area {
  readonly area: string;
  readonly look: string;
  /** Default: `put`. */
  readonly needs?: readonly Need[];
}

/** A promise, how it is tried, and what it needs beyond its area. */
export type Check = readonly [
  promise: string,
  check: Guarantee['check'],
  more?: { readonly needs?: readonly Need[]; readonly look?: string },
];

/** Gives guarantees their area: `guarantees({ area: 'listing', look: '…' }, { 'early-stop': [promise, check] })`. */
export function guarantees({ area, look, needs = ['put'] }: Area, checks: Readonly<Record<string, Check>>): readonly Guarantee[] {
  return Object.entries(checks).map(([name, [promise, check, more]]) => ({
    id: `${area}/${name}`,
    area,
    promise,
    look: more?.look ?? look,
    needs: [...new Set([...needs, ...(more?.needs ?? [])])],
    check,
  }));
}
