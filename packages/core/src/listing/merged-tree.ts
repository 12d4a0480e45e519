import { DatapinError } from '../errors.ts';
import type { DirectoryEntry } from '../formats/directory-object.ts';
import type { DvcIgnore } from '../project/dvc-ignore.ts';
import type { FileTree } from '../project/file-tree.ts';
import { isImport, isRepoImport, type Output } from '../project/stage.ts';

/** A file or folder that git has, that DVC tracks, or both. */
export interface ListEntry {
  readonly path: string;
  /** Tracked by DVC: an output or in one. */
  readonly isOut: boolean;
  readonly isDir: boolean;
  readonly isExec: boolean;
  readonly size: number | undefined;
  readonly md5: string | undefined;
}

/** A repository's own files and its tracked data as one tree (DVC: `DVCFileSystem`). */
export interface MergedTree {
  /** `undefined` when there is nothing. */
  entry(path: string): Promise<ListEntry | undefined>;
  /** Names in a folder, with their entries. */
  list(path: string): Promise<ReadonlyMap<string, NamedEntry>>;
}

export interface NamedEntry {
  readonly entry: ListEntry;
  /** A link to a folder: it may lead anywhere, also back to where it is, and is not entered. */
  readonly isLink: boolean;
}

export interface MergedTreeParts {
  /** Absent to see tracked data only. */
  readonly files: FileTree | undefined;
  readonly ignore: DvcIgnore;
  readonly outputs: readonly Output[];
  /** The files of an output that is a directory; `undefined` when that cannot be known. */
  readonly filesOf: (output: Output) => Promise<Iterable<DirectoryEntry> | undefined>;
}

interface TrackedNode {
  readonly isDir: boolean;
  readonly isOut: boolean;
  readonly size: number | undefined;
  readonly md5: string | undefined;
  /** Whose files have to be read before `children` is complete. */
  unread: Output | undefined;
  readonly children: Map<string, TrackedNode>;
}

/** Directories' lists are read when a path in them is first looked at. */
export function mergedTree({ files, ignore, outputs, filesOf }: MergedTreeParts): MergedTree {
  const root = folder(false);
  for (const output of outputs) if (output.record.cache && !output.external) put(root, output.path.split('/'), trackedOutput(output));

  const tracked = async (path: string): Promise<TrackedNode | undefined> => {
    let node: TrackedNode | undefined = root;
    for (const name of path === '' ? [] : path.split('/')) {
      await read(node, filesOf);
      node = node.children.get(name);
      if (!node) return undefined;
    }
    return node;
  };
  const inFiles = (path: string): ReturnType<FileTree['stat']> => {
    const stat = files?.stat(path);
    return stat && path !== '' && ignore.ignores(path, stat.kind) ? undefined : stat;
  };
  const describe = (path: string, node: TrackedNode | undefined): ListEntry | undefined => {
    const stat = inFiles(path);
    if (!stat && !node) return undefined;
    return {
      path,
      isOut: node?.isOut ?? false,
      isDir: stat ? stat.kind === 'folder' : (node?.isDir ?? false),
      isExec: stat?.isExec ?? false,
      size: stat ? stat.size : node?.size,
      md5: node?.md5,
    };
  };
  return {
    entry: async (path) => describe(path, await tracked(path)),
    async list(path) {
      const stat = inFiles(path);
      let node = await tracked(path);
      // A file that stands where a directory is tracked, or the other way round, hides it.
      if (stat && node && (stat.kind === 'folder') !== node.isDir) node = undefined;
      if (node) await read(node, filesOf);
      const kinds = new Map(stat?.kind === 'folder' ? files?.list(path).map(({ name, kind }) => [name, kind] as const) : []);
      const entries = new Map<string, NamedEntry>();
      for (const name of new Set([...(node?.children.keys() ?? []), ...kinds.keys()])) {
        const entry = describe(path === '' ? name : `${path}/${name}`, node?.children.get(name));
        if (entry) entries.set(name, { entry, isLink: kinds.get(name) === 'linked-folder' });
      }
      return entries;
    },
  };
}

function folder(isOut: boolean): TrackedNode {
  return { isDir: true, isOut, size: undefined, md5: undefined, unread: undefined, children: new Map() };
}

function trackedOutput(output: Output): TrackedNode {
  const { record, stage } = output;
  // Of an `import-url` DVC shows what is known of the source.
  const source = isImport(stage) && !isRepoImport(stage) ? stage.deps[0]?.record : undefined;
  const hash = record.hash ?? source?.hash;
  const isDir = hash?.value.endsWith('.dir') === true || record.nfiles !== undefined || record.files !== undefined;
  const md5 = hash?.name === 'md5' || hash?.name === 'md5-dos2unix' ? hash.value : undefined;
  return { isDir, isOut: true, size: (source ?? record).size, md5, unread: isDir ? output : undefined, children: new Map() };
}

async function read(node: TrackedNode, filesOf: MergedTreeParts['filesOf']): Promise<void> {
  const output = node.unread;
  if (output === undefined) return;
  const files = await filesOf(output);
  if (files === undefined) {
    throw new DatapinError(
      'cache-missing',
      `the files of '${output.path}' are not known: its directory object is neither in the cache nor on the remote`,
      {
        hint: 'Push it where it is, or name the remote that has it.',
      },
    );
  }
  node.unread = undefined;
  for (const { relpath, md5 } of files) {
    put(node, relpath.split('/'), { isDir: false, isOut: true, size: undefined, md5, unread: undefined, children: new Map() });
  }
}

function put(root: TrackedNode, names: readonly string[], node: TrackedNode): void {
  let at = root;
  for (const name of names.slice(0, -1)) {
    let next = at.children.get(name);
    if (!next) {
      next = folder(root.isOut);
      at.children.set(name, next);
    }
    at = next;
  }
  at.children.set(names.at(-1) ?? '', node);
}
