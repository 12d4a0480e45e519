import { parseArgs } from 'node:util';

import { closest } from '@datapin/core';

import type { OptionSpec, OptionTable, PositionalTable } from './option-spec.ts';
import { UsageError } from './usage-error.ts';

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];
type OptionToken = Extract<Token, { kind: 'option' }>;

/** What was typed, by the names of the tables. Options that were not given have their kind's empty value. */
export interface ParsedArguments {
  readonly options: Readonly<Record<string, boolean | string | number | readonly string[] | undefined>>;
  readonly positionals: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/**
 * Reads a command's words by its tables, in Python argparse's manner: options and positionals mix, `--` ends options, short flags
 * may be grouped, a value may be attached. Throws a {@link UsageError} that names the word.
 */
export function parseArguments(words: readonly string[], optionTable: OptionTable, positionalTable: PositionalTable): ParsedArguments {
  const tokens = tokenize(words, optionTable);
  const options: Record<string, boolean | string | number | readonly string[] | undefined> = {};
  for (const [name, spec] of Object.entries(optionTable)) options[name] = emptyValue(spec);

  const positionals: string[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.kind === 'positional') positionals.push(token.value);
    if (token?.kind !== 'option') continue;

    const spec = optionTable[token.name];
    if (spec === undefined) throw unknownOption(token, optionTable);
    if (spec.kind === 'list' || spec.kind === 'optional-text') {
      const most = spec.kind === 'list' ? Infinity : 1;
      const taken = token.value === undefined ? followingWords(tokens, at + 1, most) : [token.value];
      if (token.value === undefined) at += taken.length;
      options[token.name] = spec.kind === 'list' ? taken : choice(taken[0] ?? spec.bare, spec.choices, token.rawName);
    } else {
      options[token.name] = readValue(token, spec, options[token.name]);
    }
  }
  return { options, positionals: namePositionals(positionals, positionalTable) };
}

function tokenize(words: readonly string[], table: OptionTable): readonly Token[] {
  const options: Record<string, { type: 'boolean' | 'string'; short?: string }> = {};
  for (const [name, spec] of Object.entries(table)) {
    const takesValue = spec.kind === 'text' || spec.kind === 'integer' || spec.kind === 'repeated';
    options[name] = { type: takesValue ? 'string' : 'boolean', ...(spec.short === undefined ? {} : { short: spec.short }) };
  }
  return parseArgs({ args: [...words], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

function emptyValue(spec: OptionSpec): boolean | number | readonly string[] | undefined {
  if (spec.kind === 'flag') return false;
  if (spec.kind === 'count') return 0;
  return spec.kind === 'repeated' ? [] : undefined;
}

function followingWords(tokens: readonly Token[], from: number, most: number): readonly string[] {
  const words: string[] = [];
  for (let at = from; at < tokens.length && words.length < most; at++) {
    const token = tokens[at];
    if (token?.kind !== 'positional') break;
    words.push(token.value);
  }
  return words;
}

function readValue(
  token: OptionToken,
  spec: Exclude<OptionSpec, { kind: 'list' | 'optional-text' }>,
  before: unknown,
): boolean | string | number | readonly string[] {
  if (spec.kind === 'unsupported') {
    throw new UsageError(
      `\`${token.rawName}\` is not supported yet`,
      'Leave it out, or use `dvc` for this: both tools work on the same repository.',
    );
  }
  if (spec.kind === 'flag' || spec.kind === 'count') {
    if (token.value !== undefined) throw new UsageError(`\`${token.rawName}\` takes no value`);
    return spec.kind === 'flag' ? true : Number(before) + 1;
  }
  const { value } = token;
  // An option where a value should be is a forgotten value; attached (`-r=-x`) it is meant.
  if (value === undefined || (!token.inlineValue && /^-./u.test(value))) {
    throw new UsageError(`\`${token.rawName}\` needs a value: ${token.rawName} <${spec.metavar}>`);
  }
  if (spec.kind === 'integer') return integer(value, token.rawName, spec.least ?? 0);
  const chosen = spec.choices === undefined ? value : choice(value, spec.choices, token.rawName);
  return spec.kind === 'repeated' ? [...(Array.isArray(before) ? before : []), chosen] : chosen;
}

function integer(text: string, rawName: string, least: number): number {
  const value = Number(text);
  if (!/^[+-]?\d+$/u.test(text) || !Number.isSafeInteger(value)) throw new UsageError(`\`${rawName}\` needs a whole number, not '${text}'`);
  if (value < least) throw new UsageError(`\`${rawName}\` needs a number of at least ${least}, not ${value}`);
  return value;
}

function choice(value: string, choices: readonly string[], rawName: string): string {
  if (choices.includes(value)) return value;
  throw new UsageError(`\`${rawName}\` cannot be '${value}'`, `Choose one of ${choices.map((one) => `'${one}'`).join(', ')}.`);
}

function unknownOption(token: OptionToken, table: OptionTable): UsageError {
  const visible = Object.entries(table).filter(([, spec]) => spec.hidden !== true);
  const meant = token.rawName.startsWith('--')
    ? closest(
        token.name,
        visible.map(([name]) => name),
      )
    : undefined;
  return new UsageError(`unrecognized option \`${token.rawName}\``, meant === undefined ? undefined : `Did you mean \`--${meant}\`?`);
}

function namePositionals(words: readonly string[], table: PositionalTable): ParsedArguments['positionals'] {
  const named: Record<string, string | readonly string[] | undefined> = {};
  let used = 0;
  for (const [name, spec] of Object.entries(table)) {
    if (spec.kind === 'any' || spec.kind === 'some') {
      named[name] = words.slice(used);
      used = Math.max(used, words.length);
    } else {
      named[name] = words[used];
      used += 1;
    }
    const value = named[name];
    if ((spec.kind === 'one' && value === undefined) || (spec.kind === 'some' && value?.length === 0)) {
      throw new UsageError(`the following arguments are required: ${name}`);
    }
  }
  if (used < words.length) throw new UsageError(`unrecognized arguments: ${words.slice(used).join(' ')}`);
  return named;
}
