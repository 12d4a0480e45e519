import { type Dirent, lstatSync, readdirSync, type Stats, statSync } from 'node:fs';

import { DatapinError } from '../errors.ts';
import { ioError } from '../io-error.ts';
import { isTempName } from '../temp-files.ts';

/** What a walk leaves out: `.dvcignore`, and everything DVC never looks at (`.git`, `.hg`, `.dvc`, other projects). Paths are relative to the project root. */
export interface WalkFilter {
  ignores(path: string, kind: 'file' | 'folder'): boolean;
}

export interface WalkOptions {
  /** Absolute path of the project. */
  readonly root: string;
  /** The directory to walk, relative to the project root. */
  readonly path: string;
  readonly filter: WalkFilter;
}

/** The files of one folder, without those of its subfolders. */
export interface WalkedFolder {
  /** Relative to the directory that is walked, with a `/` behind it; empty for that directory itself. */
  readonly prefix: string;
  readonly files: readonly WalkedFile[];
}

export interface WalkedFile {
  readonly name: string;
  /** Of the file itself, or of what a symbolic link leads to. */
  readonly stats: Stats;
  readonly isLink: boolean;
}

/**
 * All files below a directory, folder by folder, in no particular order, as DVC collects them (dvc-data `build`): symbolic links to files are followed,
 * those to folders are neither followed nor recorded, empty folders vanish. Our own temp files are never data.
 * Throws `misplaced-dvcignore` for a `.dvcignore`, `invalid-target` for what cannot be data: a broken link, a device or pipe, a name that is not UTF-8.
 */
export function* walkDirectory(options: WalkOptions): Generator<WalkedFolder> {
  const top = `${options.root}/${options.path}`;
  const prefixes = [''];
  for (let prefix = prefixes.pop(); prefix !== undefined; prefix = prefixes.pop()) {
    const files: WalkedFile[] = [];
    for (const entry of listFolder(`${top}/${prefix}`)) {
      const { name } = entry;
      const path = `${options.path}/${prefix}${name}`;
      if (entry.isDirectory()) {
        if (!options.filter.ignores(path, 'folder')) prefixes.push(`${prefix}${name}/`);
        continue;
      }
      if (isTempName(name)) continue;
      const file = lookAt(`${top}/${prefix}${name}`, entry, () => options.filter.ignores(path, 'file'));
      if (file !== undefined) files.push(file);
    }
    if (files.length > 0) yield { prefix, files };
  }
}

function lookAt(path: string, entry: Dirent, isIgnored: () => boolean): WalkedFile | undefined {
  const { name } = entry;
  const isLink = entry.isSymbolicLink();
  const stats = isLink ? statSync(path, { throwIfNoEntry: false }) : lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) return undefined;
  if (isIgnored()) return undefined;
  if (name === '.dvcignore') {
    throw new DatapinError('misplaced-dvcignore', `${path}: a .dvcignore cannot be inside of tracked data`, {
      hint: 'Move it to the folder above the tracked directory, or remove it.',
    });
  }
  if (stats?.isFile() === true) return { name, stats, isLink };
  if (stats !== undefined)
    throw new DatapinError('invalid-target', `${path} is not a regular file: devices, pipes and sockets cannot be tracked`);
  if (isLink) throw new DatapinError('invalid-target', `${path} is a broken symbolic link`);
  // Node decodes names as UTF-8 and puts U+FFFD for what is none.
  if (name.includes('\uFFFD')) throw new DatapinError('invalid-target', `${path}: its name is not valid UTF-8`, { hint: 'Rename it.' });
  // Removed since the folder was listed: as if it had never been there.
  return undefined;
}

function listFolder(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    throw ioError(error, `cannot read ${path}`);
  }
}
