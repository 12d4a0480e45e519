import { globSegmentSource } from './glob-pattern.ts';

/** A line of a `.dvcignore`, or a rule that is always there, for messages. */
export interface IgnorePattern {
  /** The file, relative to the project root. A rule that no file holds has `''`, or `in sub_repo` for a project inside the project. */
  readonly source: string;
  /** From 1 on; 0 for a rule that no file holds. */
  readonly line: number;
  /** The line without surrounding whitespace. */
  readonly pattern: string;
}

/** Whether a path is ignored, and by which patterns; the last one decided. An empty list: nothing matched. */
export interface IgnoreDecision {
  readonly ignored: boolean;
  readonly patterns: readonly IgnorePattern[];
}

/**
 * The `.dvcignore` rules that hold inside one directory: those of the files from the project root down to it. Paths are relative to the
 * project root, with `/` between segments. Immutable: a walk makes new rules where it meets another file.
 */
export interface IgnoreRules {
  /** Whether a path is ignored, by a rule for itself or for a directory above it. */
  ignores(path: string, isDirectory: boolean): boolean;
  /** The same for a walk that has come down to the path's directory and knows that it is not ignored: one test instead of one per parent. */
  ignoresEntry(path: string, isDirectory: boolean): boolean;
  /** {@link IgnoreRules.ignores} with its reasons. */
  decide(path: string, isDirectory: boolean): IgnoreDecision;
  /** The rules with those of a `.dvcignore` in `directory` (`''` for the root) added: they come later, so they win. */
  withFile(directory: string, text: string): IgnoreRules;
  /** The rules with a directory added that is ignored because it is a project of its own: it holds `.dvc`. */
  withSubProject(directory: string): IgnoreRules;
}

/** Never part of the data, at any depth (DVC: `DvcIgnoreFilter`). */
const builtInPatterns = ['.hg/', '.git/', '.git', '.dvc/'];

/** The rules of a project without any `.dvcignore`. */
export function createIgnoreRules(): IgnoreRules {
  const rules = builtInPatterns.flatMap((pattern) => compileRule(pattern, { source: '', line: 0, pattern }) ?? []);
  return { ...rulesOf(rules), ignoresEntry: isBuiltIn, ignores: hasBuiltIn };
}

function isBuiltIn(path: string, isDirectory: boolean): boolean {
  return isBuiltInName(path.slice(path.lastIndexOf('/') + 1), isDirectory);
}

function hasBuiltIn(path: string, isDirectory: boolean): boolean {
  const names = path.split('/');
  return names.some((name, index) => isBuiltInName(name, isDirectory || index < names.length - 1));
}

function isBuiltInName(name: string, isDirectory: boolean): boolean {
  return name === '.git' || (isDirectory && (name === '.dvc' || name === '.hg'));
}

interface Rule {
  readonly source: string;
  readonly negated: boolean;
  readonly directoryOnly: boolean;
  readonly origin: IgnorePattern;
}

/** Rules in a row that decide alike: one test tells whether any of them matches. */
interface RuleGroup {
  readonly negated: boolean;
  readonly directoryOnly: boolean;
  readonly any: RegExp;
  readonly rules: readonly { readonly matcher: RegExp; readonly origin: IgnorePattern }[];
}

function rulesOf(rules: readonly Rule[]): IgnoreRules {
  const groups = groupRules(rules).toReversed();

  const lastMatch = (path: string, isDirectory: boolean): RuleGroup | undefined =>
    groups.find((group) => (isDirectory || !group.directoryOnly) && (group.any.test(path) || (isDirectory && group.any.test(`${path}/`))));

  const ignoresEntry = (path: string, isDirectory: boolean): boolean => lastMatch(path, isDirectory)?.negated === false;

  return {
    ignoresEntry,
    ignores(path, isDirectory) {
      for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
        if (ignoresEntry(path.slice(0, slash), true)) {
          return true;
        }
      }
      return ignoresEntry(path, isDirectory);
    },
    decide(path, isDirectory) {
      for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
        const group = lastMatch(path.slice(0, slash), true);
        if (group?.negated === false) {
          return { ignored: true, patterns: [originOf(group, path.slice(0, slash), true)] };
        }
      }
      const group = lastMatch(path, isDirectory);
      return group === undefined
        ? { ignored: false, patterns: [] }
        : { ignored: !group.negated, patterns: [originOf(group, path, isDirectory)] };
    },
    withFile(directory, text) {
      return rulesOf([...rules, ...readRules(directory, text)]);
    },
    withSubProject(directory) {
      const name = directory.slice(directory.lastIndexOf('/') + 1);
      const parent = directory.slice(0, Math.max(0, directory.length - name.length - 1));
      const rule = compileRule(rebase(`/${name}/`, parent), { source: 'in sub_repo', line: 0, pattern: name });
      return rule === undefined ? this : rulesOf([...rules, rule]);
    },
  };
}

function groupRules(rules: readonly Rule[]): RuleGroup[] {
  const groups: Rule[][] = [];
  for (const rule of rules) {
    const last = groups.at(-1);
    const head = last?.[0];
    if (last !== undefined && head !== undefined && !rule.negated && !head.negated && head.directoryOnly === rule.directoryOnly) {
      last.push(rule);
    } else {
      groups.push([rule]);
    }
  }
  return groups.map((group) => ({
    negated: group[0]?.negated === true,
    directoryOnly: group[0]?.directoryOnly === true,
    any: new RegExp(group.map((rule) => rule.source).join('|'), 'u'),
    rules: group.map((rule) => ({ matcher: new RegExp(rule.source, 'u'), origin: rule.origin })),
  }));
}

/** Which rule of the group DVC names: the first one that matches the path as it is, else the first one that matches it as a directory. */
function originOf(group: RuleGroup, path: string, isDirectory: boolean): IgnorePattern {
  const found =
    group.rules.find((rule) => rule.matcher.test(path)) ?? group.rules.find((rule) => isDirectory && rule.matcher.test(`${path}/`));
  return found?.origin ?? { source: '', line: 0, pattern: '' };
}

function readRules(directory: string, text: string): Rule[] {
  const source = directory === '' ? '.dvcignore' : `${directory}/.dvcignore`;
  return text.split(/\r\n|\r|\n/).flatMap((line, index) => {
    // DVC strips both ends, so that even an escaped trailing space is lost
    const pattern = line.trim();
    if (pattern === '' || pattern.startsWith('#')) {
      return [];
    }
    return compileRule(rebase(pattern, directory), { source, line: index + 1, pattern }) ?? [];
  });
}

/** Rewrites a pattern of a nested file so that it means the same seen from the root, the way DVC does it. */
function rebase(pattern: string, directory: string): string {
  if (directory === '') {
    return pattern;
  }
  const negated = pattern.startsWith('!');
  const positive = negated ? pattern.slice(1) : pattern;
  const anchored = positive.slice(0, -1).includes('/') && !positive.startsWith('**/');
  const bare = (anchored ? positive.replace(/^\//, '') : positive.replace(/^\*\*\//, '')).replace(/^\\/, '');
  return `${negated ? '!' : ''}/${directory}/${anchored ? '' : '**/'}${bare}`;
}

/**
 * Compiles a pattern seen from the root. `undefined` when it can never match. A pattern also matches everything below what it names:
 * so `!name` brings back what other rules ignore inside of `name`, which git would not do (pathspec's `GitIgnoreSpecPattern`, DVC's matcher).
 */
function compileRule(text: string, origin: IgnorePattern): Rule | undefined {
  const negated = text.startsWith('!');
  const pattern = negated ? text.slice(1) : text;
  const source = patternSource(pattern);
  return source === undefined ? undefined : { source, negated, directoryOnly: text.endsWith('/'), origin };
}

const anyDepth = String.raw`^(?:[^\n]+\/)?`;
const nameEnd = '(?:/|$)';

function patternSource(pattern: string): string | undefined {
  const directoryOnly = pattern.endsWith('/');
  const segments = (directoryOnly ? pattern.slice(0, -1) : pattern).split('/');
  if (pattern === '' || pattern === '/') {
    return undefined;
  }
  if (segments[0] === '') {
    segments.shift();
  } else if (segments.length === 1) {
    segments.unshift('**');
  }
  const parts = segments.filter((segment, index) => segment !== '**' || segments[index - 1] !== '**');
  const shape = parts.join('/');
  if (shape === '**' || shape === '**/*' || shape === '**/*/**') {
    // DVC looks for a slash at the very start of the path when it should look anywhere, so `*/` never matches
    return directoryOnly || shape === '**/*/**' ? undefined : '^';
  }
  return joinSegments(parts, directoryOnly);
}

function joinSegments(segments: readonly string[], directoryOnly: boolean): string | undefined {
  const last = segments.length - 1;
  let source = '';
  for (const [index, segment] of segments.entries()) {
    if (segment === '**') {
      source += index === 0 ? anyDepth : index === last ? '' : String.raw`(?:\/[^\n]+)?`;
      continue;
    }
    const glob = segment === '*' ? '[^/]+' : globSegmentSource(segment);
    if (glob === undefined) {
      return undefined;
    }
    source += index === 0 ? '^' : index === 1 && segments[0] === '**' ? '' : String.raw`\/`;
    source += glob;
  }
  return source + (directoryOnly || segments[last] === '**' ? String.raw`\/` : nameEnd);
}

/** A pattern as `check-ignore --details` prints it: `source:line:pattern`. */
export function printIgnorePattern({ source, line, pattern }: IgnorePattern): string {
  return line === 0 ? `${source}:${pattern}` : `${source}:${line}:${pattern}`;
}
