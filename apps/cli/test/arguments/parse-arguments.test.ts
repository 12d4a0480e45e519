import { describe, expect, test } from 'vitest';

import type { OptionTable, PositionalTable } from '../../src/arguments/option-spec.ts';
import { parseArguments } from '../../src/arguments/parse-arguments.ts';

const options: OptionTable = {
  force: { kind: 'flag', short: 'f', description: '' },
  recursive: { kind: 'flag', short: 'R', description: '' },
  verbose: { kind: 'count', short: 'v', description: '' },
  remote: { kind: 'text', short: 'r', metavar: 'name', description: '' },
  jobs: { kind: 'integer', short: 'j', metavar: 'number', least: 1, description: '' },
  type: { kind: 'repeated', metavar: 'type', choices: ['metrics', 'plots'], description: '' },
  paths: { kind: 'list', metavar: 'paths', description: '' },
  'untracked-files': { kind: 'optional-text', metavar: 'which', choices: ['no', 'all'], bare: 'all', description: '' },
  'run-cache': { kind: 'unsupported', description: '' },
};
const positionals: PositionalTable = { targets: { kind: 'any', description: '' } };

const parse = (...words: string[]): ReturnType<typeof parseArguments> => parseArguments(words, options, positionals);

describe('options', () => {
  test('that are not given have their empty value', () => {
    expect(parse().options).toEqual({
      force: false,
      recursive: false,
      verbose: 0,
      remote: undefined,
      jobs: undefined,
      type: [],
      paths: undefined,
      'untracked-files': undefined,
      'run-cache': undefined,
    });
  });

  test('may stand before, between and after positionals', () => {
    const { options: read, positionals: words } = parse('-f', 'a', '--remote', 'store', 'b', '-R');
    expect(read).toMatchObject({ force: true, remote: 'store', recursive: true });
    expect(words).toEqual({ targets: ['a', 'b'] });
  });

  test.each([[['-j4']], [['-j', '4']], [['--jobs=4']], [['--jobs', '4']], [['-fRj4']]])('take their value from %j', (words) => {
    expect(parse(...words).options).toMatchObject({ jobs: 4 });
  });

  test('count how often they are given', () => {
    expect(parse('-vv', '-v').options).toMatchObject({ verbose: 3 });
  });

  test('given twice keep the last value, or all values where they may be repeated', () => {
    expect(parse('-r', 'a', '-r', 'b', '--type', 'plots', '--type', 'metrics').options).toMatchObject({
      remote: 'b',
      type: ['plots', 'metrics'],
    });
  });

  test('that take a list take all words up to the next option', () => {
    const { options: read, positionals: words } = parse('x', '--paths', 'a', 'b', '-f', 'c');
    expect(read).toMatchObject({ paths: ['a', 'b'], force: true });
    expect(words).toEqual({ targets: ['x', 'c'] });
  });

  test('whose value may be left out take one word', () => {
    expect(parse('--untracked-files').options).toMatchObject({ 'untracked-files': 'all' });
    expect(parse('--untracked-files=no').options).toMatchObject({ 'untracked-files': 'no' });
    expect(parse('--untracked-files', 'no', 'a')).toMatchObject({ options: { 'untracked-files': 'no' }, positionals: { targets: ['a'] } });
  });

  test('end at --', () => {
    expect(parse('-f', '--', '-R', '--remote').positionals).toEqual({ targets: ['-R', '--remote'] });
  });
});

describe('mistakes are named', () => {
  test.each([
    [['--remot', 'x'], 'unrecognized option `--remot`', 'Did you mean `--remote`?'],
    [['-x'], 'unrecognized option `-x`', undefined],
    [['--remote'], '`--remote` needs a value: --remote <name>', undefined],
    [['-r', '-f'], '`-r` needs a value: -r <name>', undefined],
    [['-j', 'many'], "`-j` needs a whole number, not 'many'", undefined],
    [['-j', '0'], '`-j` needs a number of at least 1, not 0', undefined],
    [['--type', 'foo'], "`--type` cannot be 'foo'", "Choose one of 'metrics', 'plots'."],
    [['--untracked-files', 'some'], "`--untracked-files` cannot be 'some'", "Choose one of 'no', 'all'."],
    [['--force=yes'], '`--force` takes no value', undefined],
    [['--run-cache'], '`--run-cache` is not supported yet', 'Leave it out, or use `dvc` for this: both tools work on the same repository.'],
  ])('%j', (words, message, hint) => {
    expect(() => parse(...words)).toThrow(expect.objectContaining({ code: 'usage', message, hint }));
  });
});

describe('positionals', () => {
  const table: PositionalTable = { name: { kind: 'one', description: '' }, value: { kind: 'optional', description: '' } };

  test('are named in order', () => {
    expect(parseArguments(['a'], {}, table).positionals).toEqual({ name: 'a', value: undefined });
    expect(parseArguments(['a', 'b'], {}, table).positionals).toEqual({ name: 'a', value: 'b' });
  });

  test('that are missing are named', () => {
    expect(() => parseArguments([], {}, table)).toThrow('the following arguments are required: name');
    expect(() => parseArguments([], {}, { targets: { kind: 'some', description: '' } })).toThrow(
      'the following arguments are required: targets',
    );
  });

  test('beyond the table are refused', () => {
    expect(() => parseArguments(['a', 'b', 'c'], {}, table)).toThrow('unrecognized arguments: c');
  });
});
