import { lstatSync, mkdirSync } from 'node:fs';

import { DatapinError } from '../errors.ts';
import { ioError } from '../io-error.ts';

/**
 * The one way from a pinned path to a file that is written or removed. Metafiles and directory objects are untrusted: what they name must stay
 * inside of the project, out of `.git`, `.dvc` and `.hg`, and must not be reached through a symbolic link.
 */
export interface PathGate {
  /**
   * Absolute path for a path relative to the project root, after its folders were checked to be real folders; missing ones are made.
   * Throws `unsafe-path`. Each folder is looked at once.
   */
  forWriting(path: string): string;
  /** The same for removing or looking: `undefined` when a folder on the way is not there, or a file stands in its place. */
  existing(path: string): string | undefined;
  /** Forgets a folder that was removed, and everything below it. */
  forget(path: string): void;
}

/** A gate for everything below a folder that is trusted itself. */
export function openPathGate(root: string): PathGate {
  const folders = new Set<string>(['']);

  const checkFolder = (folder: string, make: boolean): boolean => {
    if (folders.has(folder)) return true;
    if (!checkFolder(parentOf(folder), make)) return false;
    const path = `${root}/${folder}`;
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (!make && (stats === undefined || stats.isFile())) return false;
    if (stats === undefined) makeFolder(path);
    else if (!stats.isDirectory()) {
      throw new DatapinError(
        'unsafe-path',
        `${folder} is ${stats.isSymbolicLink() ? 'a symbolic link' : 'a file'}: nothing is written through it`,
        {
          hint: 'A tracked directory must be a real directory. Move it away, then try again.',
        },
      );
    }
    folders.add(folder);
    return true;
  };

  return {
    forWriting(path) {
      checkPinnedPath(path);
      checkFolder(parentOf(path), true);
      return `${root}/${path}`;
    },
    existing(path) {
      checkPinnedPath(path);
      return checkFolder(parentOf(path), false) ? `${root}/${path}` : undefined;
    },
    forget(path) {
      for (const folder of folders) if (folder === path || folder.startsWith(`${path}/`)) folders.delete(folder);
    },
  };
}

/** Throws `unsafe-path` unless a path may be written to: relative, `/` between segments, no `.`, `..`, NUL or empty segment, no reserved name. */
export function checkPinnedPath(path: string): void {
  const reason = whyUnsafe(path);
  if (reason === undefined) return;
  throw new DatapinError('unsafe-path', `${JSON.stringify(path)} is not a safe path: ${reason}`, {
    hint: 'The metafile or directory object that names it is damaged or malicious. Nothing was written.',
  });
}

/**
 * Checks the paths of a whole directory object, relative to the directory, before the first of them is written: each by itself, and that none is a
 * file and a folder at once. Throws `unsafe-path`.
 */
export function checkPinnedPaths(paths: Iterable<string>): void {
  const files: string[] = [];
  const folders = new Set<string>();
  for (const path of paths) {
    checkPinnedPath(path);
    files.push(path);
    for (let folder = parentOf(path); folder !== '' && !folders.has(folder); folder = parentOf(folder)) folders.add(folder);
  }
  const clash = files.find((path) => folders.has(path));
  if (clash !== undefined) throw new DatapinError('unsafe-path', `${JSON.stringify(clash)} is named both as a file and as a folder`);
}

/** Most paths are visibly harmless: printable ASCII, no segment empty or with a dot in front. */
const suspicious = /^[/.]|\/[/.]|\/$|[^ -~]|^$/u;

const reserved: ReadonlySet<string> = new Set(['.git', '.dvc', '.hg']);
/** Code points that HFS+ leaves out when it compares names (git: `is_hfs_dotgit`). */
const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu;
/** Names that Windows takes for devices or strips: legal data elsewhere. */
const illegalOnWindows = /[\\:]|[. ]$|^(?:con|prn|aux|nul|com\d|lpt\d|git~\d+)(?:\.|$)/iu;

function whyUnsafe(path: string): string | undefined {
  if (process.platform !== 'win32' && !suspicious.test(path)) return undefined;
  if (path === '') return 'it is empty';
  if (path.includes('\0')) return 'it holds a NUL character';
  if (path.startsWith('/')) return 'it is absolute';
  for (const segment of path.split('/')) {
    if (segment === '') return 'it has an empty segment';
    if (segment === '.' || segment === '..') return `it has a segment '${segment}'`;
    const folded = segment.replaceAll(ignoredByHfs, '').normalize('NFKC').toLowerCase();
    if (reserved.has(folded)) return `'${folded}' is reserved`;
    if (process.platform === 'win32' && illegalOnWindows.test(segment)) return `Windows does not allow '${segment}'`;
  }
  return undefined;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    throw ioError(error, `cannot make the folder ${path}`);
  }
}
