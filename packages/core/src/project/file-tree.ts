import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a name in a folder stands for. A symlink counts as what it leads to, but a `folder` is only entered when it is none. */
export interface FileTreeEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'linked-folder';
}

/**
 * The files metafiles are looked for in: a work tree or a git commit. Paths are relative to the project root, `/` between segments; `''` is the root.
 * Calls are synchronous, because a walk makes thousands of them.
 */
export interface FileTree {
  /** Sorted by name; empty for what is no folder. */
  list(folder: string): readonly FileTreeEntry[];
  kind(path: string): 'file' | 'folder' | undefined;
  /** Text of a file; `undefined` when there is none. */
  read(path: string): string | undefined;
  /** `undefined` when there is nothing. A commit knows no size of folders. */
  stat(path: string): FileTreeStat | undefined;
}

/** What can be said of a file or folder without reading it. */
export interface FileTreeStat {
  readonly kind: 'file' | 'folder';
  readonly size: number | undefined;
  readonly isExec: boolean;
}

/** The files of a folder on disk. */
export function workTreeFiles(root: string): FileTree {
  return {
    list(folder) {
      const entries: FileTreeEntry[] = [];
      for (const entry of listFolder(join(root, folder))) {
        if (entry.isDirectory()) entries.push({ name: entry.name, kind: 'folder' });
        else if (!entry.isSymbolicLink()) entries.push({ name: entry.name, kind: 'file' });
        else entries.push({ name: entry.name, kind: kindOf(join(root, folder, entry.name)) === 'folder' ? 'linked-folder' : 'file' });
      }
      return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    kind: (path) => kindOf(join(root, path)),
    stat: (path) => {
      const stats = statSync(join(root, path), { throwIfNoEntry: false });
      if (!stats) return undefined;
      const isFolder = stats.isDirectory();
      return { kind: isFolder ? 'folder' : 'file', size: stats.size, isExec: !isFolder && (stats.mode & 0o111) !== 0 };
    },
    read: (path) => {
      try {
        return readFileSync(join(root, path), 'utf8');
      } catch (error) {
        if (isAbsence(error)) return undefined;
        throw error;
      }
    },
  };
}

function listFolder(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    // Gone meanwhile, or not readable: nothing of the project can be in it for us.
    return [];
  }
}

function kindOf(path: string): 'file' | 'folder' | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) return 'folder';
    return stat ? 'file' : undefined;
  } catch {
    return undefined;
  }
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EISDIR');
}
