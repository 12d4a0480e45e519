import type { Cache } from '../cache/cache.ts';
import type { DirectoryEntry } from '../formats/directory-object.ts';
import { isDirectoryId, type ObjectId } from '../hashing/object-id.ts';
import { objectIdOf } from '../project/build-stage.ts';
import type { Output } from '../project/stage.ts';
import type { SelectedOutput } from '../project/target.ts';
import type { WantedObject } from './wanted-object.ts';

/** One file of an output. `relpath` is relative to the output; empty for an output that is a file itself. */
export interface PinnedFile extends WantedObject {
  readonly relpath: string;
  readonly exec: boolean;
}

/** What an output consists of, as far as that is known here. */
export interface PinnedContent {
  readonly selected: SelectedOutput;
  /** The directory object; absent for a single file and where the metafile lists the files. */
  readonly directory: WantedObject | undefined;
  /** `undefined` while the directory object is not in the cache. With a part selected, only the files of that part. */
  readonly files: Iterable<PinnedFile> | undefined;
}

/** What is pinned for an output; `undefined` when nothing is (a partial import, a stage that never ran). Throws `invalid-directory-object`. */
export async function pinnedContent(selected: SelectedOutput, cache: Cache): Promise<PinnedContent | undefined> {
  const { output, within } = selected;
  if (output.record.files !== undefined) return { selected, directory: undefined, files: listedFiles(output, within) };
  return output.id === undefined ? undefined : contentOf(selected, output.id, cache);
}

/** What an object that stands for an output consists of. Throws `invalid-directory-object`. */
export async function contentOf(selected: SelectedOutput, id: ObjectId, cache: Cache): Promise<PinnedContent> {
  const { output, within } = selected;
  if (!isDirectoryId(id)) return { selected, directory: undefined, files: [singleFile(output, id)] };
  const directory: WantedObject = { id, path: output.path };
  const entries = await cache.readDirectory(id);
  if (entries === undefined) return { selected, directory, files: undefined };
  return { selected, directory, files: filesOf(output, id, entries, within) };
}

function singleFile(output: Output, id: ObjectId): PinnedFile {
  const { record } = output;
  const versionId = record.cloud?.versionId ?? record.versionId;
  return {
    id,
    path: output.path,
    relpath: '',
    exec: record.isexec === true,
    ...(record.size === undefined ? {} : { size: record.size }),
    ...(record.cloud === undefined || versionId === undefined ? {} : { at: { key: output.path, versionId } }),
  };
}

/** Made afresh each time it is iterated: a directory of a million files is kept as its bytes, not as a million objects. */
function filesOf(
  output: Output,
  id: ObjectId,
  entries: Iterable<DirectoryEntry>,
  within: readonly string[] | undefined,
): Iterable<PinnedFile> {
  const selected = partSelector(within);
  return {
    *[Symbol.iterator]() {
      for (const { md5, relpath } of entries) {
        if (!selected(relpath)) continue;
        yield { id: { algorithm: id.algorithm, value: md5 }, path: `${output.path}/${relpath}`, relpath, exec: false };
      }
    },
  };
}

/** The `files:` block of a directory on a version-aware remote. */
function listedFiles(output: Output, within: readonly string[] | undefined): readonly PinnedFile[] {
  const files: PinnedFile[] = [];
  const selected = partSelector(within);
  for (const file of output.record.files ?? []) {
    const id = objectIdOf(file.hash);
    if (id === undefined || !selected(file.relpath)) continue;
    const versionId = file.cloud?.versionId ?? file.versionId;
    const path = `${output.path}/${file.relpath}`;
    files.push({
      id,
      path,
      relpath: file.relpath,
      exec: file.isexec === true,
      ...(file.size === undefined ? {} : { size: file.size }),
      ...(versionId === undefined ? {} : { at: { key: path, versionId } }),
    });
  }
  return files;
}

/** Whether a path inside an output belongs to the selected part: it is one of the paths, or below one. */
export function partSelector(within: readonly string[] | undefined): (relpath: string) => boolean {
  if (within === undefined) return () => true;
  const selected = new Set(within);
  return (relpath) => {
    for (let path = relpath; ; path = path.slice(0, path.lastIndexOf('/'))) {
      if (selected.has(path)) return true;
      if (!path.includes('/')) return false;
    }
  };
}
