import type { DataEntry } from './data-index.ts';
import type { DataChange } from './diff-index.ts';

/** Paths by how they changed, directories with a trailing `/`. */
export interface DataChanges {
  readonly added: readonly string[];
  readonly modified: readonly string[];
  readonly deleted: readonly string[];
  readonly renamed: readonly { readonly old: string; readonly new: string }[];
  readonly unknown: readonly string[];
}

/** Sorts changes into lists as they come. */
export interface ChangeLists {
  readonly add: (change: DataChange) => void;
  readonly changes: DataChanges;
  readonly unchanged: ReadonlySet<string>;
}

/** Empty lists. */
export function listChanges(): ChangeLists {
  const added: string[] = [];
  const modified: string[] = [];
  const deleted: string[] = [];
  const renamed: { readonly old: string; readonly new: string }[] = [];
  const unknown: string[] = [];
  const unchanged = new Set<string>();
  return {
    changes: { added, modified, deleted, renamed, unknown },
    unchanged,
    add({ type, old, new: now }) {
      const path = printed(now ?? old);
      if (type === 'added') added.push(path);
      else if (type === 'modified') modified.push(path);
      else if (type === 'deleted') deleted.push(path);
      else if (type === 'renamed') renamed.push({ old: printed(old), new: path });
      else if (type === 'unknown') unknown.push(path);
      else unchanged.add(path);
    },
  };
}

function printed(entry: DataEntry | undefined): string {
  return entry ? `${entry.path}${entry.isDir ? '/' : ''}` : '';
}
