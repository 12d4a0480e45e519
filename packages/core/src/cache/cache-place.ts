import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';

import { DatapinError } from '../errors.ts';

/**
 * Throws `unsafe-path` unless a cache that repository content chose may be written to: it lies inside of `boundary` (out of `.git`), links resolved, or
 * it is a cache already, because then somebody on this machine has made it one. See docs/adr/0006-where-a-repository-may-write.md.
 */
export function refuseForeignCache(dir: string, boundary: string): void {
  if (!isForeignPlace(dir, boundary)) return;
  throw new DatapinError('unsafe-path', `the repository's own configuration puts the cache in ${dir}, where there is none yet`, {
    hint: `If you want it there, say so for this clone: \`datapin config --local cache.dir ${dir}\`.`,
  });
}

/** Whether a folder is neither inside of `boundary` nor a cache. */
export function isForeignPlace(dir: string, boundary: string): boolean {
  const way = relative(realpathSync.native(boundary), realPlace(dir));
  const outside = way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
  return (outside || way.split(sep).some((name) => /^\.(git|hg)$/iu.test(name))) && !isCache(dir);
}

/** Where a path really is, or will be once it is made. */
function realPlace(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return dirname(path) === path ? path : join(realPlace(dirname(path)), basename(path));
  }
}

/** Whether a folder has the layout of a cache: DVC 3's, or at least one object of DVC 2's. */
function isCache(dir: string): boolean {
  if (statSync(join(dir, 'files', 'md5'), { throwIfNoEntry: false })?.isDirectory() === true) return true;
  const prefix = entriesOf(dir).find((entry) => entry.isDirectory() && /^[0-9a-f]{2}$/u.test(entry.name));
  return prefix !== undefined && entriesOf(join(dir, prefix.name)).some(({ name }) => /^[0-9a-f]{30}(\.dir)?$/u.test(name));
}

function entriesOf(dir: string): readonly Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch {
    // nothing there that could be a cache
    return [];
  }
}
