import type { OptionValue, StoragePlugin } from '@datapin/storage';

import type { Need } from './guarantee.ts';

/** A remote as a test opens it. */
export interface TestRemote {
  /** As a user would write it in the configuration. */
  readonly url: string;
  readonly options?: Readonly<Record<string, OptionValue>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The store behind the plugin while the suite runs: a real server process, a folder, memory. */
export interface TestServer extends AsyncDisposable {
  /**
   * A remote that holds nothing and that no other test gets. With `origin` (`http://host:port`), all requests go there instead of to
   * {@link httpOrigin}: to a proxy, or to a host that does not exist.
   */
  readonly emptyRemote: (origin?: string) => Promise<TestRemote>;
  /** Puts an object into the store by another way than the plugin's; needed for a storage that cannot write. */
  readonly put?: (remote: TestRemote, key: string, bytes: Uint8Array) => Promise<void>;
  /** A remote that exists, with credentials or rights that the store refuses. */
  readonly refusedRemote?: () => Promise<TestRemote>;
  /** A remote where nobody answers. */
  readonly unreachableRemote?: () => Promise<TestRemote>;
  /**
   * A remote that holds nothing, reached by TLS at `origin` (`https://127.0.0.1:port`, a proxy in front of {@link httpOrigin}). The plugin is to
   * trust the authorities of a PEM file.
   */
  readonly tlsRemote?: (origin: string, authorityFile: string) => Promise<TestRemote>;
  /**
   * What lies in the store beside objects: temporary files, unfinished uploads. Asked after each guarantee, when everything is closed;
   * anything it names breaks the guarantee.
   */
  readonly leftovers?: () => Promise<readonly string[]>;
  /** Texts that no error may hold and that no other host may get: passwords, tokens, keys. */
  readonly secrets?: readonly string[];
  /** `http://127.0.0.1:port` of a store that is reached by HTTP; needed with {@link StorageUnderTest.http}. */
  readonly httpOrigin?: string;
}

/** How much the suite asks of a store. */
export interface SuiteLimits {
  /** Size of the big object in bytes; choose it above the plugin's threshold for multipart. 12 MiB by default. */
  readonly bigObject: number;
  /** At most so many objects are written to fill pages; 2,100 by default. */
  readonly manyObjects: number;
  /** Seed of everything random. */
  readonly seed: number;
}

/**
 * A promise that a store cannot keep: why. It is still tried, and must still be broken: a deviation that is over has to be taken out.
 * With `sometimes` either outcome is right (a listing that lags).
 */
export type Deviation = string | { readonly reason: string; readonly sometimes: true };

/** What a storage does not offer, or its test server cannot give, each with the reason. Guarantees that need it are not tried. */
export type Lacks = Readonly<Partial<Record<Need, string>>>;

/** What is known beforehand of how a storage keeps the contract. Data, so that the documentation can be made of it. */
export interface Conformance {
  /** The store is reached by HTTP: the plugin is tried behind a faulty proxy as well. */
  readonly http?: boolean;
  /** `{ list: 'plain HTTP has no listing' }`. The suite makes sure that a method named here is absent indeed. */
  readonly lacks?: Lacks;
  /** By guarantee id (`listing/early-stop`) or whole area (`listing/*`). */
  readonly deviations?: Readonly<Record<string, Deviation>>;
}

export interface StorageUnderTest extends Conformance {
  readonly plugin: StoragePlugin;
  /** Starts the store, once per suite. */
  start(): Promise<TestServer>;
  readonly limits?: Partial<SuiteLimits>;
}

export const defaultLimits: SuiteLimits = { bigObject: 12 * 1024 * 1024, manyObjects: 2100, seed: 20_260_101 };
