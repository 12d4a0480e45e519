import type { MissingObject } from '@datapin/core';

import type { RunProject, PinRow } from './pins.ts';

/** A file that could not be brought, with where it is pinned. */
export interface MissingFile extends MissingObject {
  /** The file that pins it, relative to the workspace, and the line. */
  readonly metafile: { readonly file: string; readonly line: number | undefined } | undefined;
  readonly project: RunProject;
}

export type CacheResult = 'exact' | 'partial' | 'miss' | 'off' | 'unavailable';

/** What a run has come to. Filled step by step, so that one that ends early says what is known by then. */
export interface Outcome {
  rev: string;
  roots: readonly string[];
  dataHash: string;
  files: number;
  bytes: number;
  downloadedFiles: number;
  downloadedBytes: number;
  /** Files that came from the Actions cache. */
  restoredFiles: number;
  complete: boolean;
  missing: readonly MissingFile[];
  /** Whether nothing had to come from a remote. */
  cacheHit: boolean;
  cacheResult: CacheResult;
  cacheKeys: readonly string[];
  /** Why the Actions cache is used as it is. */
  cacheReason: string;
  /** `undefined` when there is nothing to compare with. */
  changed: boolean | undefined;
  /** Paths that are pinned in the revision that is compared to, and not any more. */
  removed: readonly string[];
  manifest: string;
  pins: readonly PinRow[];
  /** What core or the cache had to warn of. */
  readonly warnings: { readonly title: string; readonly message: string }[];
}

export function emptyOutcome(): Outcome {
  return {
    rev: '',
    roots: [],
    dataHash: '',
    files: 0,
    bytes: 0,
    downloadedFiles: 0,
    downloadedBytes: 0,
    restoredFiles: 0,
    complete: false,
    missing: [],
    cacheHit: false,
    cacheResult: 'off',
    cacheKeys: [],
    cacheReason: '',
    changed: undefined,
    removed: [],
    manifest: '',
    pins: [],
    warnings: [],
  };
}
