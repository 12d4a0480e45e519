/** One line of a `.gitignore`, compiled. */
export interface GitIgnorePattern {
  /** Matched against the path relative to the file's folder when `anchored`, against the last segment otherwise. */
  readonly expression: RegExp;
  readonly anchored: boolean;
  readonly negated: boolean;
  readonly foldersOnly: boolean;
}

/**
 * All patterns of a `.gitignore`, in order; comments, blank lines and what can never match are left out. See `gitignore(5)` and git's `wildmatch.c`.
 * Unlike a pattern of DVC's, one of git's matches only what it names, not what lies below.
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
  const source = translate(pattern.startsWith('/') ? pattern.slice(1) : pattern);
  return source === undefined
    ? undefined
    : { expression: new RegExp(`^${source}$`, ignoreCase ? 'isu' : 'su'), anchored, negated, foldersOnly };
}

/** The source of a regular expression; `undefined` for a pattern that can never match. */
function translate(pattern: string): string | undefined {
  let source = '';
  for (let at = 0; at < pattern.length;) {
    const piece = stars(pattern, at) ?? bracket(pattern, at) ?? character(pattern, at);
    if (piece === 'never') return undefined;
    source += piece.source;
    at = piece.next;
  }
  return source;
}

interface Piece {
  readonly source: string;
  readonly next: number;
}

function stars(pattern: string, at: number): Piece | undefined {
  let next = at;
  while (pattern[next] === '*') next += 1;
  if (next === at) return undefined;
  const isSegment = next - at > 1 && (at === 0 || pattern[at - 1] === '/');
  // As a segment of their own, two stars are any number of folders; at the end, everything below.
  if (isSegment && next === pattern.length) return { source: '.*', next };
  if (isSegment && pattern[next] === '/') return { source: '(?:.*/)?', next: next + 1 };
  return { source: '[^/]*', next };
}

const posixClasses: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  blank: String.raw` \t`,
  cntrl: String.raw`\x00-\x1f\x7f`,
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: String.raw`!-\/:-@\[-\x60\{-~`,
  space: String.raw`\s`,
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
};

function bracket(pattern: string, at: number): Piece | 'never' | undefined {
  if (pattern[at] !== '[') return undefined;
  const negated = pattern[at + 1] === '!' || pattern[at + 1] === '^';
  let next = at + (negated ? 2 : 1);
  let members = '';
  for (let first = true; first || pattern[next] !== ']'; first = false) {
    const posix = /^\[:(\w*):\]/u.exec(pattern.slice(next));
    if (posix) {
      const known = posixClasses[posix[1] ?? ''];
      if (known === undefined) return 'never';
      members += known;
      next += posix[0].length;
      continue;
    }
    const from = member(pattern, next);
    if (from === undefined) return 'never';
    const to = pattern[from.next] === '-' && pattern[from.next + 1] !== ']' ? member(pattern, from.next + 1) : undefined;
    members += literal(from.character);
    // A range the wrong way round holds no more than its start; a regular expression would refuse it.
    if (to !== undefined && from.character <= to.character) members += `-${literal(to.character)}`;
    next = (to ?? from).next;
  }
  return { source: `(?!/)[${negated ? '^' : ''}${members}]`, next: next + 1 };
}

function member(pattern: string, at: number): { readonly character: string; readonly next: number } | undefined {
  const start = pattern[at] === '\\' ? at + 1 : at;
  const code = pattern.codePointAt(start);
  if (code === undefined) return undefined;
  const found = String.fromCodePoint(code);
  return { character: found, next: start + found.length };
}

function character(pattern: string, at: number): Piece | 'never' {
  if (pattern[at] === '?') return { source: '[^/]', next: at + 1 };
  const found = member(pattern, at);
  // A backslash at the end escapes nothing.
  return found === undefined ? 'never' : { source: literal(found.character), next: found.next };
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`).replaceAll('-', String.raw`\x2d`);
}
