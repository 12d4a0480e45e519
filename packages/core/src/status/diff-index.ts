import { compareCodePoints } from '../formats/code-point-order.ts';
import type { DirectoryEntry } from '../formats/directory-object.ts';
import { type DataEntry, type DataIndex, entriesOf, type IndexedOutput } from './data-index.ts';

/** How an entry differs between two indexes. `unknown`: it lies in a directory whose list of files is not there on the other side. */
export interface DataChange {
  readonly type: 'added' | 'deleted' | 'modified' | 'renamed' | 'unchanged' | 'unknown';
  readonly old: DataEntry | undefined;
  readonly new: DataEntry | undefined;
}

export interface DiffOptions {
  /** Does not look into directories that have a hash. */
  readonly shallow: boolean;
  /** Whether an entry without a hash is one all the same, and a directory differs from a file even when nothing else is known. */
  readonly compareKinds: boolean;
  /** Only what passes is compared. Default: everything. */
  readonly includes?: (path: string) => boolean;
}

/**
 * Compares two indexes (dvc-data `index/diff.py`) and tells every entry, the unchanged ones included, as soon as it is known; renames last:
 * what disappears in one place and appears with the same hash in another, paired in the order of paths. Memory is only held for what changed.
 */
export async function diffIndexes(
  { old, now }: { readonly old: DataIndex; readonly now: DataIndex },
  options: DiffOptions,
  tell: (change: DataChange) => void,
): Promise<void> {
  const renames = findRenames(tell);
  const judge = (before: DataEntry | undefined, after: DataEntry | undefined): void => {
    const path = (after ?? before)?.path ?? '';
    if (options.includes?.(path) === false) return;
    const change = compare(before, after, options.compareKinds);
    if (change) renames.add(change);
  };
  // What is in outputs that exist on one side only: a directory on one side may be split into several outputs on the other.
  const oldAlone = new Map<string, DataEntry>();
  const newAlone = new Map<string, DataEntry>();
  for (const path of new Set([...old.keys(), ...now.keys()])) {
    const [before, after] = [old.get(path), now.get(path)];
    const [oldFiles, newFiles] = [await filesOf(before, options), await filesOf(after, options)];
    if (before && after) judge(before.entry, after.entry);
    else if (before) oldAlone.set(path, before.entry);
    else if (after) newAlone.set(path, after.entry);

    if (before && after && isListed(oldFiles) && isListed(newFiles)) {
      joinFiles({ before, oldFiles, after, newFiles }, judge);
    } else if (oldFiles === 'unknown' || newFiles === 'unknown') {
      if (after && isListed(newFiles)) tellUnknown(after.entry, newFiles, { ...options, tell });
    } else {
      if (before && oldFiles) for (const entry of entriesOf(before.entry, oldFiles)) oldAlone.set(entry.path, entry);
      if (after && newFiles) for (const entry of entriesOf(after.entry, newFiles)) newAlone.set(entry.path, entry);
    }
  }
  for (const [path, entry] of oldAlone) judge(entry, newAlone.get(path));
  for (const [path, entry] of newAlone) if (!oldAlone.has(path)) judge(undefined, entry);
  renames.finish();
}

type Listing = Iterable<DirectoryEntry> | 'unknown' | undefined;

/** `undefined` when there is nothing to look into. */
async function filesOf(output: IndexedOutput | undefined, { shallow }: DiffOptions): Promise<Listing> {
  if (!output?.entry.isDir || (shallow && output.entry.hash !== undefined)) return undefined;
  return (await output.files()) ?? 'unknown';
}

function isListed(files: Listing): files is Iterable<DirectoryEntry> {
  return files !== undefined && files !== 'unknown';
}

/** Walks two sorted lists side by side. */
function joinFiles(
  sides: {
    readonly before: IndexedOutput;
    readonly oldFiles: Iterable<DirectoryEntry>;
    readonly after: IndexedOutput;
    readonly newFiles: Iterable<DirectoryEntry>;
  },
  judge: (before: DataEntry | undefined, after: DataEntry | undefined) => void,
): void {
  const olds = entriesOf(sides.before.entry, sides.oldFiles);
  const news = entriesOf(sides.after.entry, sides.newFiles);
  let old = olds.next();
  let now = news.next();
  while (!old.done || !now.done) {
    const order = old.done ? 1 : now.done ? -1 : compareCodePoints(old.value.path, now.value.path);
    judge(order <= 0 && !old.done ? old.value : undefined, order >= 0 && !now.done ? now.value : undefined);
    if (order <= 0) old = olds.next();
    if (order >= 0) now = news.next();
  }
}

/** As DVC lists them: files and the folders between them. */
function tellUnknown(
  directory: DataEntry,
  files: Iterable<DirectoryEntry>,
  { includes, tell }: Pick<DiffOptions, 'includes'> & { readonly tell: (change: DataChange) => void },
): void {
  const folders = new Set<string>();
  const unknown = (entry: DataEntry): void => {
    if (includes?.(entry.path) !== false) tell({ type: 'unknown', old: undefined, new: entry });
  };
  for (const entry of entriesOf(directory, files)) {
    for (let slash = entry.path.lastIndexOf('/'); slash > directory.path.length; slash = entry.path.lastIndexOf('/', slash - 1)) {
      const path = entry.path.slice(0, slash);
      if (folders.has(path)) break;
      folders.add(path);
      unknown({ path, isDir: true, id: undefined, hash: undefined });
    }
    unknown(entry);
  }
}

function compare(old: DataEntry | undefined, now: DataEntry | undefined, compareKinds: boolean): DataChange | undefined {
  const isThere = (entry: DataEntry | undefined): entry is DataEntry => entry !== undefined && (compareKinds || entry.hash !== undefined);
  if (isThere(now) && !isThere(old)) return { type: 'added', old: undefined, new: now };
  if (isThere(old) && !isThere(now)) return { type: 'deleted', old, new: undefined };
  if (!isThere(old) || !isThere(now)) return undefined;
  const same = old.hash === now.hash && (!compareKinds || old.isDir === now.isDir);
  return { type: same ? 'unchanged' : 'modified', old, new: now };
}

/** Holds additions and deletions back until all are known. */
function findRenames(tell: (change: DataChange) => void): { readonly add: (change: DataChange) => void; readonly finish: () => void } {
  const added: DataEntry[] = [];
  const deleted = new Map<string | undefined, DataEntry[]>();
  return {
    add(change) {
      if (change.type === 'added' && change.new) {
        added.push(change.new);
      } else if (change.type === 'deleted' && change.old) {
        const known = deleted.get(change.old.hash);
        if (known) known.push(change.old);
        else deleted.set(change.old.hash, [change.old]);
      } else {
        tell(change);
      }
    },
    finish() {
      // Reversed, so that taking the first one is cheap.
      for (const entries of deleted.values()) entries.sort((a, b) => byPath(b, a));
      for (const entry of added.sort(byPath)) {
        const old = entry.hash === undefined ? undefined : deleted.get(entry.hash)?.pop();
        tell(old ? { type: 'renamed', old, new: entry } : { type: 'added', old: undefined, new: entry });
      }
      for (const entries of deleted.values()) for (const old of entries) tell({ type: 'deleted', old, new: undefined });
    },
  };
}

/** As Python orders tuples of path segments. */
function byPath(a: DataEntry, b: DataEntry): number {
  // A slash sorts below everything a name can hold.
  return compareCodePoints(a.path.replaceAll('/', '\0'), b.path.replaceAll('/', '\0'));
}
