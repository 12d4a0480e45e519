import { DatapinError } from '../errors.ts';
import { interpolateConfigValue } from './config-interpolation.ts';
import { type ConfigValue, ConfigValueProblem, parseConfigValue, printConfigName, printConfigValue } from './config-value.ts';

/** Options of one section, in order, by lower-case name. */
export type ConfigOptions = ReadonlyMap<string, ConfigValue>;

/** The kinds of sections that have names: `['remote "name"']`. */
export const namedSectionKinds = ['remote', 'machine', 'db'] as const;
export type NamedSectionKind = (typeof namedSectionKinds)[number];

/** What a configuration file says. Names of sections and options are lower case. */
export interface ConfigText {
  /** Sections without a name of their own: `core`, `cache`, …; and `''` for options in front of the first section. */
  readonly sections: ReadonlyMap<string, ConfigOptions>;
  readonly named: Readonly<Record<NamedSectionKind, ReadonlyMap<string, ConfigOptions>>>;
}

/** The content of an empty file. */
export const emptyConfigText: ConfigText = { sections: new Map(), named: { remote: new Map(), machine: new Map(), db: new Map() } };

type MutableOptions = Map<string, ConfigValue>;

/** Where Python's `splitlines` breaks lines, but for three control characters that nobody writes. */
const lineBreak = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;

/**
 * Reads a configuration file of DVC: the syntax of Python's ConfigObj, with lists and interpolation. Throws `invalid-config`,
 * which names file and line, but never quotes a line, which may hold a secret.
 */
export function parseConfigText(text: string, { file }: { readonly file: string }): ConfigText {
  if (text.startsWith('\uFEFF')) {
    // blanks are skipped below and would hide it, but DVC cannot read the file
    throw syntaxError(file, 0, 'Byte order mark');
  }
  const raw = readLines(text.split(lineBreak), file);
  const top = raw.get('') ?? new Map();
  const sections = new Map<string, ConfigOptions>();
  const named = {
    remote: new Map<string, ConfigOptions>(),
    machine: new Map<string, ConfigOptions>(),
    db: new Map<string, ConfigOptions>(),
  };
  for (const [name, options] of raw) {
    const resolved = resolveOptions(options, { top, file });
    const { kind, own } = splitSectionName(name.toLowerCase());
    if (kind !== undefined) {
      named[kind].set(own, resolved);
    } else if (resolved.size > 0 || !isNamedKind(own)) {
      sections.set(own, resolved);
    }
  }
  if (top.size === 0) {
    sections.delete('');
  }
  return { sections, named };
}

/** `remote "name"` → kind and name; anything else has no kind. */
export function splitSectionName(name: string): { readonly kind: NamedSectionKind | undefined; readonly own: string } {
  const match = /^\s*(remote|machine|db)\s*"(.*)"\s*$/.exec(name);
  const kind = namedSectionKinds.find((candidate) => candidate === match?.[1]);
  return kind === undefined ? { kind, own: name } : { kind, own: match?.[2] ?? '' };
}

function isNamedKind(name: string): boolean {
  return namedSectionKinds.some((kind) => kind === name);
}

function resolveOptions(options: MutableOptions, { top, file }: { readonly top: MutableOptions; readonly file: string }): ConfigOptions {
  return new Map(
    [...options].map(([name, value]) => {
      try {
        return [name.toLowerCase(), interpolateConfigValue(value, [options, top])];
      } catch (error) {
        throw asConfigError(error, `option '${name}'`, file);
      }
    }),
  );
}

function readLines(lines: readonly string[], file: string): Map<string, MutableOptions> {
  let section: MutableOptions = new Map();
  const sections = new Map([['', section]]);
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const fail = (problem: string): DatapinError => syntaxError(file, index, problem);
    if (line.trim() === '' || line.trimStart().startsWith('#')) {
      continue;
    }
    const name = readSectionName(line.trim());
    if (name !== undefined) {
      section = new Map();
      if (sections.has(name)) {
        throw fail('Duplicate section name');
      }
      sections.set(name, section);
      continue;
    }
    const option = readOptionName(line.trimStart());
    if (option === undefined) {
      throw fail('Invalid line (matched as neither section nor keyword)');
    }
    const { value, last } = readValue(lines, { index, rest: option.rest, file });
    if (section.has(option.name)) {
      throw fail('Duplicate keyword name');
    }
    section.set(option.name, value);
    index = last;
  }
  return sections;
}

/** The name between the brackets of a section's line, without its quotes. Scanned by hand: a regular expression could be made to run for ever. */
function readSectionName(line: string): string | undefined {
  if (!line.startsWith('[')) {
    return undefined;
  }
  const inner = line.slice(1).trimStart();
  const quote = quoteAt(inner);
  if (quote === undefined) {
    const close = findClosing(inner, { mark: ']', from: 0, follows: isOnlyComment });
    const name = inner.slice(0, Math.max(0, close)).trimEnd();
    return name === '' || name.startsWith('[') ? undefined : name;
  }
  const close = findClosing(inner, { mark: quote, from: 1, follows: (rest) => rest.startsWith(']') && isOnlyComment(rest.slice(1)) });
  const name = inner.slice(1, Math.max(1, close));
  return name.trim() === '' ? undefined : name;
}

/** The name in front of the first `=`, without its quotes, and what stands behind. */
function readOptionName(line: string): { readonly name: string; readonly rest: string } | undefined {
  const quote = quoteAt(line);
  const close = quote === undefined ? 0 : findClosing(line, { mark: quote, from: 1, follows: (rest) => rest.startsWith('=') });
  const equals = close === -1 ? -1 : line.indexOf('=', close);
  if (equals <= 0) {
    return undefined;
  }
  const name = quote === undefined ? line.slice(0, equals).trimEnd() : line.slice(1, close);
  return { name, rest: line.slice(equals + 1).trimStart() };
}

function quoteAt(text: string): string | undefined {
  return text.startsWith('"') ? '"' : text.startsWith("'") ? "'" : undefined;
}

interface Closing {
  readonly mark: string;
  readonly from: number;
  /** Whether the text behind the mark, blanks skipped, can follow it. */
  readonly follows: (rest: string) => boolean;
}

/** The first mark that the right thing follows, or -1: marks inside of a name belong to it. */
function findClosing(text: string, { mark, from, follows }: Closing): number {
  let close = text.indexOf(mark, from);
  while (close !== -1 && !follows(text.slice(close + mark.length).trimStart())) {
    close = text.indexOf(mark, close + 1);
  }
  return close;
}

function isOnlyComment(rest: string): boolean {
  const text = rest.trimStart();
  return text === '' || text.startsWith('#');
}

interface ValuePlace {
  readonly index: number;
  readonly rest: string;
  readonly file: string;
}

/** The value that begins on a line, and the last line it takes. */
function readValue(lines: readonly string[], { index, rest, file }: ValuePlace): { readonly value: ConfigValue; readonly last: number } {
  const quote = rest.slice(0, 3);
  if (quote === "'''" || quote === '"""') {
    return readTripleQuoted(lines, { index, rest: rest.slice(3), file, quote });
  }
  try {
    return { value: parseConfigValue(rest), last: index };
  } catch (error) {
    throw error instanceof ConfigValueProblem ? syntaxError(file, index, error.message) : error;
  }
}

interface TripleQuotedPlace extends ValuePlace {
  readonly quote: string;
}

function readTripleQuoted(lines: readonly string[], { index, rest, file, quote }: TripleQuotedPlace): { value: string; last: number } {
  const taken: string[] = [];
  for (let last = index; last < lines.length; last += 1) {
    const line = last === index ? rest : (lines[last] ?? '');
    if (line.includes(quote)) {
      const close = findClosing(line, { mark: quote, from: 0, follows: isOnlyComment });
      if (close === -1) {
        break;
      }
      return { value: [...taken, line.slice(0, close)].join('\n'), last };
    }
    taken.push(line);
  }
  throw syntaxError(file, index, 'Parse error in multiline value');
}

function syntaxError(file: string, index: number, problem: string): DatapinError {
  return new DatapinError('invalid-config', `config file error: ${problem} at line ${index + 1} of '${file}'`);
}

function asConfigError(error: unknown, what: string, file: string): unknown {
  return error instanceof ConfigValueProblem
    ? new DatapinError('invalid-config', `config file error: ${what} of '${file}': ${error.message}`)
    : error;
}

/**
 * Writes a whole configuration file as DVC does: four spaces, no comments, no empty sections but named ones, which come last.
 * Characters outside of ASCII, which DVC reads but cannot write, are written as UTF-8. Throws `invalid-config` for what the syntax cannot hold.
 */
export function printConfigText({ sections, named }: ConfigText, { file }: { readonly file: string }): string {
  const plain = [...sections].filter(([, options]) => options.size > 0);
  const all = [
    ...plain,
    ...namedSectionKinds.flatMap((kind) => [...named[kind]].map(([name, options]) => [`${kind} "${name}"`, options] as const)),
  ];
  const lines = all.flatMap(([section, options]) => {
    try {
      return [
        `[${printConfigName(section)}]`,
        ...[...options].map(([name, value]) => `    ${printConfigName(name)} = ${printConfigValue(value)}`),
      ];
    } catch (error) {
      throw asConfigError(error, `section '${section}'`, file);
    }
  });
  return `${lines.join('\n')}\n`;
}
