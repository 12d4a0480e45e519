import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, matchesGlob, relative, resolve, sep } from 'node:path';

import { DatapinError } from '@datapin/core';

import { badInput } from './parse-input.ts';

/** Folders that hold no projects of the repository's own. */
const skipped = new Set(['.git', '.dvc', 'node_modules']);
const deepest = 12;

/**
 * The DVC projects that a run is about, absolute. By default the one that `directory` is in; when it is in none, all below it. `listed` names folders
 * or patterns, relative to `directory`. Nothing outside of `boundary` is looked at. Throws `not-a-repository`, and `usage` for a root that is none.
 */
export function findRoots(directory: string, listed: readonly string[] | undefined, boundary: string): readonly string[] {
  if (listed !== undefined)
    return listed.flatMap((pattern) => listedRoots(directory, pattern)).filter((root, index, all) => all.indexOf(root) === index);
  const above = rootAbove(directory, boundary);
  if (above !== undefined) return [above];
  const below = [...rootsBelow(directory, 0)];
  if (below.length > 0) return below;
  throw new DatapinError('not-a-repository', `there is no DVC repository in ${directory}, above or below it`, {
    hint: 'Is there a step before this one that checks the repository out? A sparse checkout must contain the folder .dvc.',
  });
}

function listedRoots(directory: string, pattern: string): readonly string[] {
  if (/[*?[]/u.test(pattern)) {
    const found = [...rootsBelow(directory, 0)].filter((root) =>
      matchesGlob(slashed(relative(directory, root)) || '.', pattern.replace(/\/+$/u, '')),
    );
    if (found.length === 0) throw badInput('roots', `no DVC repository matches ${JSON.stringify(pattern)}`);
    return found;
  }
  const root = resolve(directory, pattern);
  if (!isRoot(root))
    throw badInput('roots', `${JSON.stringify(pattern)} is not the root of a DVC repository: there is no folder .dvc in it`);
  return [realpathSync(root)];
}

function rootAbove(directory: string, boundary: string): string | undefined {
  for (let at = directory; ; at = dirname(at)) {
    if (isRoot(at)) return at;
    if (at === boundary || at === dirname(at)) return undefined;
  }
}

function* rootsBelow(directory: string, depth: number): Generator<string> {
  if (isRoot(directory)) yield directory;
  if (depth > deepest) return;
  for (const entry of readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory() && !skipped.has(entry.name)) yield* rootsBelow(join(directory, entry.name), depth + 1);
  }
}

function isRoot(directory: string): boolean {
  return lstatSync(join(directory, '.dvc'), { throwIfNoEntry: false })?.isDirectory() === true;
}

/** A folder that an input names, links resolved. Throws `usage`. */
export function existingFolder(name: 'working-directory', text: string, base: string): string {
  const path = resolve(base, text);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return realpathSync(path);
  throw badInput(name, `${JSON.stringify(text)} is not a directory`, 'Is there a step before this one that checks the repository out?');
}

/** A path with `/` between its segments, on every system. */
export function slashed(path: string): string {
  return sep === '\\' ? path.replaceAll('\\', '/') : path;
}
