import { compareCodePoints } from '../formats/code-point-order.ts';
import type { DataEntry } from './data-index.ts';
import type { DataChange } from './diff-index.ts';

/** A path with what is pinned for it; `null` when nothing is. Paths are relative to the project root, directories with a trailing `/`. */
export interface DiffEntry {
  readonly path: string;
  readonly hash: string | null;
}

/** Sorted by path (a rename by its old one), code point by code point. */
export interface DiffResult {
  readonly added: readonly DiffEntry[];
  readonly deleted: readonly DiffEntry[];
  readonly modified: readonly { readonly path: string; readonly hash: { readonly old: string | null; readonly new: string | null } }[];
  readonly renamed: readonly { readonly path: { readonly old: string; readonly new: string }; readonly hash: string | null }[];
  /** Only for the work tree: what `from` pins and the cache lacks. */
  readonly notInCache: readonly DiffEntry[];
}

/** Sorts changes into lists as they come. */
export interface DifferenceLists {
  readonly add: (change: DataChange) => void;
  readonly addMissing: (entry: DataEntry) => void;
  sorted(): DiffResult;
}

/** Empty lists. */
export function listDifferences(): DifferenceLists {
  const added: DiffEntry[] = [];
  const deleted: DiffEntry[] = [];
  const modified: DiffResult['modified'][number][] = [];
  const renamed: DiffResult['renamed'][number][] = [];
  const notInCache: DiffEntry[] = [];
  return {
    add({ type, old, new: now }) {
      if (type === 'added' && now) added.push(described(now));
      if (type === 'deleted' && old) deleted.push(described(old));
      if (type === 'modified' && old && now) modified.push({ path: printed(old), hash: { old: hashOf(old), new: hashOf(now) } });
      if (type === 'renamed' && old && now) renamed.push({ path: { old: printed(old), new: printed(now) }, hash: hashOf(old) });
    },
    addMissing(entry) {
      notInCache.push(described(entry));
    },
    sorted() {
      for (const list of [added, deleted, modified, notInCache]) list.sort((a, b) => compareCodePoints(a.path, b.path));
      renamed.sort((a, b) => compareCodePoints(a.path.old, b.path.old));
      return { added, deleted, modified, renamed, notInCache };
    },
  };
}

function described(entry: DataEntry): DiffEntry {
  return { path: printed(entry), hash: hashOf(entry) };
}

function printed({ path, isDir }: DataEntry): string {
  return isDir ? `${path}/` : path;
}

/** Without the algorithm in front. */
function hashOf({ hash }: DataEntry): string | null {
  return hash === undefined ? null : hash.slice(hash.indexOf(':') + 1);
}
