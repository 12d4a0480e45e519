import type { Cache } from '../cache/cache.ts';
import { type DirectoryEntry, serializeDirectory } from '../formats/directory-object.ts';
import type { RecordedFile } from '../formats/metafile.ts';
import { hashBytes } from '../hashing/content-hash.ts';
import { type HashAlgorithm, isDirectoryId, isObjectValue, type ObjectId } from '../hashing/object-id.ts';
import { isImport, isRepoImport, type Output } from '../project/stage.ts';

/** A tracked file or directory. */
export interface DataEntry {
  /** Relative to the project root. */
  readonly path: string;
  readonly isDir: boolean;
  /** The object that holds it, where there is one. */
  readonly id: ObjectId | undefined;
  /** What two entries are compared by, `md5:…`; absent when nothing is pinned. */
  readonly hash: string | undefined;
}

/** An output and, for a directory, how to learn its files. */
export interface IndexedOutput {
  readonly entry: DataEntry;
  /** In code point order of their paths; `undefined` when the directory object is not there. Not called for a single file. */
  readonly files: () => Promise<Iterable<DirectoryEntry> | undefined>;
}

/** Outputs by path. */
export type DataIndex = ReadonlyMap<string, IndexedOutput>;

/** What metafiles pin. Outputs that are not in the cache's care or lie outside of the project are left out. */
export function indexPinned(outputs: Iterable<Output>, cache: Pick<Cache, 'readDirectory'>): DataIndex {
  const index = new Map<string, IndexedOutput>();
  for (const output of outputs) {
    const { record, path } = output;
    if (!record.cache || output.external) continue;
    index.set(path, record.files ? listedDirectory(path, record.files) : pinned(output, cache));
  }
  return index;
}

function pinned(output: Output, cache: Pick<Cache, 'readDirectory'>): IndexedOutput {
  const { id, path, record } = output;
  // Of an `import-url` without a hash of its own (`--no-download`) the dependency's counts, whatever its kind.
  const dep = isImport(output.stage) && !isRepoImport(output.stage) ? output.stage.deps[0]?.record : undefined;
  const hash = record.hash ?? dep?.hash;
  const isDir = hash?.value.endsWith('.dir') === true || record.nfiles !== undefined || dep?.files !== undefined;
  return {
    entry: { path, isDir, id, hash: hash && `${hash.name}:${hash.value}` },
    files: async () => (id && isDirectoryId(id) ? cache.readDirectory(id) : undefined),
  };
}

/** The directory a version-aware remote keeps by name: its files stand in the metafile. */
function listedDirectory(path: string, listed: readonly RecordedFile[]): IndexedOutput {
  const files = listed.flatMap(({ hash, relpath }) =>
    hash?.name === 'md5' && isObjectValue(hash.value) ? [{ md5: hash.value, relpath }] : [],
  );
  const id = files.length === listed.length ? directoryId(files, 'md5') : undefined;
  return { entry: { path, isDir: true, id, hash: id && hashText(id) }, files: async () => files };
}

/** The id that a directory with these files has. */
function directoryId(files: Iterable<DirectoryEntry>, algorithm: HashAlgorithm): ObjectId {
  return { algorithm, value: `${hashBytes('md5', serializeDirectory(files))}.dir` };
}

/** The files of a directory as entries of their own. */
export function* entriesOf(directory: DataEntry, files: Iterable<DirectoryEntry>): Generator<DataEntry> {
  const algorithm = directory.id?.algorithm ?? 'md5';
  for (const { md5, relpath } of files) {
    const id: ObjectId = { algorithm, value: md5 };
    yield { path: `${directory.path}/${relpath}`, isDir: false, id, hash: hashText(id) };
  }
}

/** An object id as {@link DataEntry.hash} has it. */
export function hashText(id: ObjectId): string {
  return `${id.algorithm}:${id.value}`;
}
