import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { compareCodePoints } from './code-points.ts';

export interface FileEntry {
  readonly path: string;
  readonly type: 'file';
  readonly sha256: string;
  readonly size: number;
  /** As Python's `oct` writes it. */
  readonly mode: string;
}

export type Entry = FileEntry | { readonly path: string; readonly type: 'symlink'; readonly target: string };

/** Every file below a work tree but git's own, the cache and DVC's temporary ones: what the fixtures' `expected/` was made with. */
export function listWorkTree(root: string): readonly Entry[] {
  const entries: Entry[] = [];
  const walk = (relative: string): void => {
    const inDvc = relative === '.dvc' || relative.endsWith('/.dvc');
    for (const entry of readdirSync(join(root, relative), { withFileTypes: true })) {
      if (entry.name === '.git' || (inDvc && (entry.name === 'tmp' || entry.name === 'cache'))) continue;
      const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else entries.push(describeFile(root, path, entry.isSymbolicLink()));
    }
  };
  walk('');
  return entries.sort((a, b) => compareCodePoints(a.path, b.path));
}

function describeFile(root: string, path: string, isLink: boolean): Entry {
  const file = join(root, path);
  if (isLink) return { path, type: 'symlink', target: readlinkSync(file) };
  const bytes = readFileSync(file);
  const mode = `0o${(lstatSync(file).mode & 0o7777).toString(8)}`;
  return { path, type: 'file', sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, mode };
}

/** Paths of all files below a folder, relative to it, in code point order; none when the folder does not exist. */
export function listFiles(folder: string): readonly string[] {
  let entries;
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort(compareCodePoints);
}
