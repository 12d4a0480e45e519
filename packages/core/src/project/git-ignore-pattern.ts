import { globSegmentSource } from '../formats/glob-pattern.ts';

/** One line of a `.gitignore`, compiled. */
export interface GitIgnorePattern {
  /** Matched against the path relative to the file's folder when `anchored`, against the last segment otherwise. */
  readonly expression: RegExp;
  readonly anchored: boolean;
  readonly negated: boolean;
  readonly foldersOnly: boolean;
}

/**
 * All patterns of a `.gitignore`, in order; comments, blank lines and what git discards are left out. See `gitignore(5)`.
 * Unlike DVC's own rules, a pattern matches only what it names, not what lies below.
 */
export function parseGitIgnore(text: string, ignoreCase = false): readonly GitIgnorePattern[] {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  return body
    .split('\n')
    .map((line) => parseLine(line.endsWith('\r') ? line.slice(0, -1) : line, ignoreCase))
    .filter((pattern) => pattern !== undefined);
}

function parseLine(line: string, ignoreCase: boolean): GitIgnorePattern | undefined {
  if (line.startsWith('#')) return undefined;
  // Trailing spaces do not count unless they are escaped.
  let pattern = line.replace(/(?<!\\)((?:\\\\)*) +$/u, '$1');
  const negated = pattern.startsWith('!');
  if (negated) pattern = pattern.slice(1);
  const foldersOnly = pattern.endsWith('/');
  if (foldersOnly) pattern = pattern.slice(0, -1);
  if (pattern === '') return undefined;
  const anchored = pattern.includes('/');
  const source = joinSegments((pattern.startsWith('/') ? pattern.slice(1) : pattern).split('/'));
  if (source === undefined) return undefined;
  return { expression: new RegExp(`^${source}$`, ignoreCase ? 'isu' : 'su'), anchored, negated, foldersOnly };
}

/** `undefined` when a segment can never match. */
function joinSegments(segments: readonly string[]): string | undefined {
  let source = '';
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if (segment === '**' && segments.length > 1) {
      // In front or in the middle any number of folders, at the end everything below.
      source += last ? '.+' : '(?:.*/)?';
      continue;
    }
    const glob = globSegmentSource(segment);
    if (glob === undefined) return undefined;
    source += last ? glob : `${glob}/`;
  }
  return source;
}
