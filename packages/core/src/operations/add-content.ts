import type { WorkTree } from '../checkout/work-tree.ts';
import { DatapinError } from '../errors.ts';
import { type DirectoryEntry, serializeDirectory } from '../formats/directory-object.ts';
import { hashBytes } from '../hashing/content-hash.ts';
import type { HashAlgorithm, ObjectId } from '../hashing/object-id.ts';
import type { OutputRecord } from '../formats/metafile.ts';
import { type HashedFiles, hashOutput } from '../workspace/hash-output.ts';
import type { NewContent } from './record-output.ts';
import { storeFiles } from './store-files.ts';

/** How `add` treats content. */
export interface ContentOptions {
  readonly noCommit: boolean;
  readonly noRelink: boolean;
}

/** The output that content is added to, as it is pinned now. */
export interface PinnedOutput {
  /** Relative to the project root. */
  readonly path: string;
  /** `undefined` while nothing is pinned. */
  readonly id: ObjectId | undefined;
  readonly record: OutputRecord;
}

/** What was added, for the metafile and for the summary. */
export interface AddedContent extends NewContent {
  readonly addedFiles: number;
  readonly addedBytes: number;
}

/** Adds a whole output (DVC: `Output.add`). Rejects with `target-missing` when nothing is there. */
export async function addWhole(
  output: PinnedOutput,
  { tree, options }: { readonly tree: WorkTree; readonly options: ContentOptions },
): Promise<AddedContent> {
  const { path } = output;
  const algorithm = await algorithmFor(output, tree);
  const store = !options.noCommit && output.record.cache;
  const found = await storeFiles({ path, algorithm, store, relink: !options.noRelink, expected: output.id }, tree);
  const [file] = found?.files ?? [];
  if (found === undefined || (!found.isDirectory && file === undefined))
    throw new DatapinError('target-missing', `output '${path}' does not exist`);
  const size = sizeOf(found);
  const added = { addedFiles: found.files.length, addedBytes: size, size };
  if (!found.isDirectory && file !== undefined) {
    return { id: { algorithm, value: file.hash }, nfiles: undefined, isexec: found.isexec, ...added };
  }
  const entries = found.files.map(({ relpath, hash }) => ({ relpath, md5: hash }));
  return { id: await directoryId(entries, { algorithm, store, tree }), nfiles: entries.length, isexec: false, ...added };
}

/**
 * Adds a path inside a tracked directory: only its entries in the directory object change (DVC: `Output.apply`, `Output.unstage`). A path that is gone
 * is taken out. The size is added up when entries only came, and left out when some were replaced.
 * Rejects with `cache-missing` when the directory object is not in the cache, and `target-missing`.
 */
export async function addPart(
  within: string,
  output: PinnedOutput,
  { tree, options }: { readonly tree: WorkTree; readonly options: ContentOptions },
): Promise<AddedContent> {
  const path = `${output.path}/${within}`;
  const algorithm = await algorithmFor(output, tree);
  const store = !options.noCommit && output.record.cache;
  const before = await entriesOf(output, tree);
  const kept = before.filter(({ relpath }) => relpath !== within && !relpath.startsWith(`${within}/`));
  const found = await storeFiles({ path, algorithm, store, relink: !options.noRelink }, tree);
  if (found === undefined && kept.length === before.length) throw new DatapinError('target-missing', `'${path}' does not exist`);
  const came = (found?.files ?? []).map(({ relpath, hash }) => ({ relpath: relpath === '' ? within : `${within}/${relpath}`, md5: hash }));
  const entries = [...kept, ...came];
  const id = await directoryId(entries, { algorithm, store, tree });
  const addedBytes = found === undefined ? 0 : sizeOf(found);
  return {
    id,
    size: partSize(output, { id, appended: found !== undefined && kept.length === before.length, addedBytes }),
    nfiles: entries.length,
    isexec: false,
    addedFiles: came.length,
    addedBytes,
  };
}

function partSize(
  output: PinnedOutput,
  part: { readonly id: ObjectId; readonly appended: boolean; readonly addedBytes: number },
): number | undefined {
  const { size } = output.record;
  if (part.appended && size !== undefined && size > 0) return size + part.addedBytes;
  return output.id?.value === part.id.value ? size : undefined;
}

async function entriesOf(output: PinnedOutput, tree: WorkTree): Promise<readonly DirectoryEntry[]> {
  if (output.id === undefined) return [];
  const entries = await tree.cache.readDirectory(output.id);
  if (entries !== undefined) return [...entries];
  throw new DatapinError('cache-missing', `the list of files of '${output.path}' (object ${output.id.value}) is not in the cache`, {
    hint: `Run \`datapin fetch ${output.path}\` first, or add '${output.path}' as a whole.`,
  });
}

async function directoryId(
  entries: readonly DirectoryEntry[],
  { algorithm, store, tree }: { readonly algorithm: HashAlgorithm; readonly store: boolean; readonly tree: WorkTree },
): Promise<ObjectId> {
  if (store) return (await tree.cache.writeDirectory(entries, algorithm)).id;
  return { algorithm, value: `${hashBytes(algorithm, serializeDirectory(entries))}.dir` };
}

/** Content that DVC 2 hashed keeps its old hash as long as it is the same (DVC: `update_legacy_hash_name`). */
async function algorithmFor({ path, id }: PinnedOutput, tree: WorkTree): Promise<HashAlgorithm> {
  if (id?.algorithm !== 'md5-dos2unix') return 'md5';
  const { project, state, view, context } = tree;
  const legacy = { root: project.root, path, algorithm: id.algorithm, filter: view.dvcIgnore, state };
  const present = await hashOutput(legacy, context);
  return present?.id.value === id.value ? 'md5-dos2unix' : 'md5';
}

function sizeOf({ files }: HashedFiles): number {
  let size = 0;
  for (const { identity } of files) size += identity.size;
  return size;
}
