import type { CacheScope } from './cache-token.ts';

/** One saved cache. `key` and `version` name it within its scope; once finalized it never changes. */
export interface CacheEntry {
  readonly id: number;
  readonly scope: string;
  readonly key: string;
  readonly version: string;
  /** The archive: files whose contents follow each other. */
  parts: readonly string[];
  size: number;
  finalized: boolean;
}

export interface CacheStore {
  /** Every finalized entry, oldest first. */
  readonly entries: () => readonly CacheEntry[];
  readonly byId: (id: number) => CacheEntry | undefined;
  /** The entry that is being written for these names. */
  readonly reserved: (wanted: { readonly scope: string; readonly key: string; readonly version: string }) => CacheEntry | undefined;
  /** `undefined` when there is one already, finished or not. */
  readonly reserve: (wanted: { readonly scope: string; readonly key: string; readonly version: string }) => CacheEntry | undefined;
  readonly find: (wanted: CacheQuery) => CacheEntry | undefined;
  readonly remove: (id: number) => void;
  /** Takes finalized entries over from another store. */
  readonly adopt: (entries: readonly CacheEntry[]) => void;
}

export interface CacheQuery {
  readonly scopes: readonly CacheScope[];
  readonly key: string;
  readonly restoreKeys: readonly string[];
  readonly version: string;
}

/**
 * GitHub's rules (its documentation, "Cache key matching" and "Restrictions for accessing a cache"): scope by scope, the exact key,
 * then keys that begin with it, then each restore key; the newest wins. Another version never matches.
 */
export function openCacheStore(): CacheStore {
  const all = new Map<number, CacheEntry>();
  let last = 0;

  function find({ scopes, key, restoreKeys, version }: CacheQuery): CacheEntry | undefined {
    for (const { ref, access } of scopes) {
      if (access === 'write') continue;
      const candidates = [...all.values()].filter((entry) => entry.finalized && entry.scope === ref && entry.version === version).reverse();
      const exact = candidates.find((entry) => entry.key === key);
      if (exact !== undefined) return exact;
      for (const prefix of [key, ...restoreKeys]) {
        const found = candidates.find((entry) => entry.key.startsWith(prefix));
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  const named = ({
    scope,
    key,
    version,
  }: {
    readonly scope: string;
    readonly key: string;
    readonly version: string;
  }): CacheEntry | undefined => [...all.values()].find((entry) => entry.scope === scope && entry.key === key && entry.version === version);

  return {
    entries: () => [...all.values()].filter(({ finalized }) => finalized),
    byId: (id) => all.get(id),
    reserved: (wanted) => {
      const entry = named(wanted);
      return entry?.finalized === false ? entry : undefined;
    },
    reserve(wanted) {
      if (named(wanted) !== undefined) return undefined;
      const entry: CacheEntry = { ...wanted, id: (last += 1), parts: [], size: 0, finalized: false };
      all.set(entry.id, entry);
      return entry;
    },
    find,
    remove: (id) => void all.delete(id),
    adopt(entries) {
      for (const entry of entries) all.set((last += 1), { ...entry, id: last });
    },
  };
}
