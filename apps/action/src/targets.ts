import { matchesGlob } from 'node:path';

import { isDirectoryId, type Narrowing, type SelectedOutput } from '@datapin/core';

import { badInput } from './parse-input.ts';

/** The input targets, sorted by kind. */
export interface TargetPatterns {
  /** Metafiles, stages, tracked paths: what the command line takes as well. */
  readonly plain: readonly string[];
  /** Patterns for paths: `data/*.csv`, `models/**`. */
  readonly globs: readonly string[];
  /** Patterns and paths behind a `!`. */
  readonly excludes: readonly string[];
}

/** Sorts the lines of the input. A path that holds the signs of a pattern can be written with them escaped: `data/[[]1].csv`. */
export function parseTargets(lines: readonly string[]): TargetPatterns {
  const excludes = lines.filter((line) => line.startsWith('!')).map((line) => normal(line.slice(1)));
  const includes = lines.filter((line) => !line.startsWith('!'));
  if (excludes.includes('')) throw badInput('targets', 'there is nothing behind a !');
  const isGlob = (line: string): boolean => /[*?[]/u.test(line);
  return { plain: includes.filter((line) => !isGlob(line)), globs: includes.filter(isGlob).map(normal), excludes };
}

function normal(pattern: string): string {
  return pattern
    .trim()
    .replace(/^(?:\.\/)+/u, '')
    .replace(/\/+$/u, '');
}

/** An output's paths as patterns see them: relative to where the targets are. */
export interface OutputPaths {
  readonly path: string;
  readonly metafile: string;
}

/** Whether a pattern means all of an output: by its path, a folder that it is in, or its metafile. */
export function meansAll(pattern: string, { path, metafile }: OutputPaths): boolean {
  return matchesGlob(metafile, pattern) || prefixes(path).some((prefix) => matchesGlob(prefix, pattern));
}

/** Whether a pattern may mean something inside of a directory: its first segments fit the directory's path. */
export function mayMeanPart(pattern: string, path: string): boolean {
  const segments = path.split('/');
  const parts = pattern.split('/');
  for (const [index, segment] of segments.entries()) {
    const part = parts[index];
    if (part === '**') return true;
    if (part === undefined || !matchesGlob(segment, part)) return false;
  }
  return parts.length > segments.length;
}

/** Whether a pattern means a path, or a folder that it is in. */
function meansPath(pattern: string, path: string): boolean {
  return prefixes(path).some((prefix) => matchesGlob(prefix, pattern));
}

function prefixes(path: string): readonly string[] {
  const segments = path.split('/');
  return segments.map((_, index) => segments.slice(0, index + 1).join('/'));
}

/** What targets without signs of patterns select, when there are patterns besides: output path → part of it, `undefined` for all. */
export type PlainSelection = ReadonlyMap<string, readonly string[] | undefined>;

export interface PatternContext {
  /** An output's paths relative to where the targets are. */
  readonly pathsOf: (selected: SelectedOutput) => OutputPaths;
  readonly plain: PlainSelection;
  /** Told of each pattern that means something. */
  readonly matched: (glob: string) => void;
}

/** How patterns select, and leave out, what plain targets cannot name; `undefined` where there are none. */
export function narrowByPatterns({ globs, excludes }: TargetPatterns, { pathsOf, plain, matched }: PatternContext): Narrowing | undefined {
  if (globs.length === 0 && excludes.length === 0) return undefined;
  /** Directories of which only files that patterns mean are wanted. */
  const parts = new Set<string>();
  const chosen = (selected: SelectedOutput): SelectedOutput | undefined => {
    const paths = pathsOf(selected);
    if (excludes.some((pattern) => meansAll(pattern, paths))) return undefined;
    if (globs.length === 0) return selected;
    const whole = globs.filter((glob) => meansAll(glob, paths));
    const inside = isDirectory(selected) ? globs.filter((glob) => mayMeanPart(glob, paths.path)) : [];
    for (const glob of [...whole, ...inside]) matched(glob);
    if (whole.length > 0) return selected;
    const { path } = selected.output;
    if (plain.has(path)) return { ...selected, within: plain.get(path) };
    if (inside.length === 0) return undefined;
    parts.add(path);
    return selected;
  };
  return {
    outputs: (selected) => selected.flatMap((one) => chosen(one) ?? []),
    files(selected, files) {
      const { path } = pathsOf(selected);
      const without = excludes.filter((pattern) => mayMeanPart(pattern, path));
      const only = parts.has(selected.output.path) ? globs.filter((glob) => mayMeanPart(glob, path)) : undefined;
      if (only === undefined && without.length === 0) return undefined;
      const kept: string[] = [];
      for (const { relpath } of files) {
        const full = `${path}/${relpath}`;
        if (only?.some((glob) => meansPath(glob, full)) === false) continue;
        if (!without.some((pattern) => meansPath(pattern, full))) kept.push(relpath);
      }
      return kept;
    },
  };
}

function isDirectory({ output }: SelectedOutput): boolean {
  return output.id === undefined ? output.record.files !== undefined : isDirectoryId(output.id);
}
