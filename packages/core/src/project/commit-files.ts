import type { FileTree, FileTreeEntry } from './file-tree.ts';
import type { GitRepository, GitTreeEntry } from './git.ts';

/** The files of one git commit. Contents are fetched before they are read, because a read is synchronous and a git process is not. */
export interface CommitFiles extends FileTree {
  /** Fetches the contents of all files whose path passes, with one git process for those not fetched before. */
  fetch(wanted: (path: string) => boolean): Promise<void>;
  /** Fetches what `read` was asked for in vain; `false` when there was nothing of that kind. */
  fetchMissed(): Promise<boolean>;
  /** Git's name of a file's content; `undefined` when there is no such file. */
  objectOf(path: string): string | undefined;
  readonly paths: Iterable<string>;
}

/** Blob contents by object name, shared by all commits of a repository that are looked at. */
export type BlobTexts = Map<string, string>;

export interface CommitFilesRequest {
  readonly commit: string;
  /** Relative to the git work tree; `''` for all of it. */
  readonly under: string;
  readonly texts: BlobTexts;
  /** Whether sizes of files are needed: git has to look at every one for them. */
  readonly sizes?: boolean;
}

/**
 * The tree of a commit below a folder of the git work tree. Symlinks and submodules are not files here.
 * Rejects with `git-failed`.
 */
export async function commitFiles(git: GitRepository, { commit, under, texts, sizes = false }: CommitFilesRequest): Promise<CommitFiles> {
  const prefix = under === '' ? '' : `${under}/`;
  const blobs = new Map<string, GitTreeEntry>();
  for (const entry of await git.listTree(commit, { under, sizes })) {
    if (entry.mode.startsWith('100')) blobs.set(entry.path.slice(prefix.length), entry);
  }
  const folders = foldersOf(blobs.keys());
  const missed = new Set<string>();

  const fetchObjects = async (objects: Iterable<string>): Promise<void> => {
    const unknown = [...new Set(objects)].filter((object) => !texts.has(object));
    for (const [object, bytes] of await git.readBlobs(unknown)) texts.set(object, bytes.toString('utf8'));
  };
  return {
    list: (folder) => folders.get(folder) ?? [],
    stat: (path) => {
      const entry = blobs.get(path);
      if (entry) return { kind: 'file', size: entry.size, isExec: entry.mode === '100755' };
      return folders.has(path) ? { kind: 'folder', size: undefined, isExec: false } : undefined;
    },
    kind: (path) => (blobs.has(path) ? 'file' : folders.has(path) ? 'folder' : undefined),
    read(path) {
      const object = blobs.get(path)?.object;
      if (object === undefined) return undefined;
      const text = texts.get(object);
      if (text === undefined) missed.add(object);
      return text;
    },
    fetch: (wanted) =>
      fetchObjects([...blobs.values()].filter((entry) => wanted(entry.path.slice(prefix.length))).map((entry) => entry.object)),
    async fetchMissed() {
      if (missed.size === 0) return false;
      const objects = [...missed];
      missed.clear();
      await fetchObjects(objects);
      return true;
    },
    objectOf: (path) => blobs.get(path)?.object,
    paths: blobs.keys(),
  };
}

function foldersOf(paths: Iterable<string>): ReadonlyMap<string, readonly FileTreeEntry[]> {
  const folders = new Map<string, FileTreeEntry[]>([['', []]]);
  const open = (folder: string): FileTreeEntry[] => {
    const known = folders.get(folder);
    if (known) return known;
    const entries: FileTreeEntry[] = [];
    folders.set(folder, entries);
    const slash = folder.lastIndexOf('/');
    open(folder.slice(0, Math.max(0, slash))).push({ name: folder.slice(slash + 1), kind: 'folder' });
    return entries;
  };
  for (const path of paths) {
    const slash = path.lastIndexOf('/');
    open(path.slice(0, Math.max(0, slash))).push({ name: path.slice(slash + 1), kind: 'file' });
  }
  return folders;
}
