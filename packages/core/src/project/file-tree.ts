import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { ioError } from '../io-error.ts';

/** What a name in a folder stands for. A symlink counts as what it leads to; one to a folder is told apart, because it is never entered. */
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
        const { name } = entry;
        if (entry.isDirectory()) entries.push({ name, kind: 'folder' });
        else if (entry.isFile()) entries.push({ name, kind: 'file' });
        else if (entry.isSymbolicLink())
          entries.push({ name, kind: kindOf(join(root, folder, name)) === 'folder' ? 'linked-folder' : 'file' });
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
    read: (path) => readText(join(root, path)),
  };
}

/**
 * Text of a file, `undefined` when there is none (a pipe or device is none). Most files that a walk asks for are not there: that is found out
 * without the price of an exception. Throws what {@link ioError} makes of a file that cannot be read.
 */
export function readText(path: string): string | undefined {
  try {
    return kindOf(path) === 'file' ? readFileSync(path, 'utf8') : undefined;
  } catch (error) {
    throw ioError(error, `cannot read ${path}`);
  }
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
    return stat?.isFile() ? 'file' : undefined;
  } catch {
    return undefined;
  }
}
