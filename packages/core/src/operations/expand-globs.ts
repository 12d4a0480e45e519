import { type Dirent, readdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

import { DatapinError } from '../errors.ts';
import { lstatIfThere } from '../file-stats.ts';
import { globSegmentSource } from '../formats/glob-pattern.ts';

const magic = /[*?[]/u;

/**
 * The paths that patterns match, as Python's `glob` with `recursive=True` finds them, which DVC uses: `*`, `?`, `[a-z]`, `[!a]`, `**` for any number of
 * folders; a leading dot is matched only by a dot. Relative patterns stay relative to `cwd`. Sorted per pattern. Throws `target-missing` when nothing matches.
 */
export function expandGlobs(patterns: readonly string[], cwd: string): readonly string[] {
  const found = patterns.flatMap((pattern) => expand(pattern, cwd));
  if (found.length === 0) {
    throw new DatapinError('target-missing', `Glob ${patterns.map((pattern) => `'${pattern}'`).join(', ')} has no matches.`);
  }
  return [...new Set(found)];
}

function expand(pattern: string, cwd: string): readonly string[] {
  const absolute = isAbsolute(pattern);
  const segments = pattern.split('/').filter((segment) => segment !== '');
  const base = absolute ? '/' : cwd;
  let paths = [''];
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    paths = paths.flatMap((path) => step(path, segment, { base, last }));
  }
  return [...new Set(paths.filter((path) => path !== '').map((path) => (absolute ? `/${path}` : path)))].sort();
}

function step(path: string, segment: string, { base, last }: { readonly base: string; readonly last: boolean }): readonly string[] {
  const below = (name: string): string => (path === '' ? name : `${path}/${name}`);
  if (segment === '**') return [path, ...descend(path, base, last)];
  if (!magic.test(segment)) return lstatIfThere(join(base, below(segment))) !== undefined ? [below(segment)] : [];
  const source = globSegmentSource(segment);
  if (source === undefined) return [];
  const expression = new RegExp(`^${source}$`, 'u');
  return listFolder(join(base, path))
    .filter(({ name }) => expression.test(name) && (segment.startsWith('.') || !name.startsWith('.')))
    .map(({ name }) => below(name));
}

/** Everything below a folder that is not hidden; only folders when more of the pattern follows. */
function descend(path: string, base: string, withFiles: boolean): readonly string[] {
  return listFolder(join(base, path)).flatMap((entry) => {
    if (entry.name.startsWith('.')) return [];
    const child = path === '' ? entry.name : `${path}/${entry.name}`;
    if (entry.isDirectory()) return [child, ...descend(child, base, withFiles)];
    return withFiles ? [child] : [];
  });
}

function listFolder(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}
