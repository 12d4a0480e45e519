import { describe, expect, test } from 'vitest';

import { findCommand, splitGlobalWords } from '../../src/arguments/find-command.ts';

describe('a command is found', () => {
  test.each([
    [['push', '-r', 'x'], 'push', ['-r', 'x']],
    [['data', 'status', '--json'], 'data status', ['--json']],
    [['ls', '.'], 'list', ['.']],
    [['doctor'], 'version', []],
    [['remote', 'add', '-d', 'a', 'b'], 'remote add', ['-d', 'a', 'b']],
  ])('%j', (words, path, rest) => {
    expect(findCommand(words)).toMatchObject({ kind: 'command', entry: { path }, words: rest });
  });

  test('and a group alone asks for its overview', () => {
    expect(findCommand(['remote'])).toMatchObject({ kind: 'overview', group: 'remote' });
    expect(findCommand(['remote', '--help'])).toMatchObject({ kind: 'overview', group: 'remote', words: ['--help'] });
  });
});

describe('`help`', () => {
  test('with a command is its `--help`', () => {
    expect(findCommand(['help', 'push'])).toMatchObject({ kind: 'command', entry: { path: 'push' }, words: ['--help'] });
    expect(findCommand(['help', 'remote', 'add'])).toMatchObject({ kind: 'command', entry: { path: 'remote add' }, words: ['--help'] });
    expect(findCommand(['help', 'remote'])).toMatchObject({ kind: 'overview', group: 'remote', words: ['--help'] });
  });

  test('alone is the overview', () => {
    const overview = { kind: 'overview', group: '', words: ['--help'] };
    expect(findCommand(['help'])).toEqual(overview);
    expect(findCommand(['help', '--help'])).toEqual(overview);
    expect(findCommand(['help', 'help'])).toEqual(overview);
  });
});

describe('a command that does not exist is refused', () => {
  test.each([
    [['pusj'], "unknown command 'pusj'", 'Did you mean `datapin push`?'],
    [['frobnicate'], "unknown command 'frobnicate'", '`datapin --help` lists the commands.'],
    [['remote', 'ad'], "unknown command 'remote ad'", 'Did you mean `datapin remote add`?'],
    [['remote', 'frobnicate'], "unknown command 'remote frobnicate'", 'Choose one of add, setup, modify, list, remove, rename, default.'],
    [['data', 'ls'], "unknown command 'data ls'", 'There is only `datapin data status`.'],
    [['help', 'pusj'], "unknown command 'pusj'", 'Did you mean `datapin push`?'],
    [['repro'], '`datapin repro` is not there yet', 'Use `dvc repro`: both tools work on the same repository.'],
    [['exp', 'run'], '`datapin exp` is not there yet', 'Use `dvc exp`: both tools work on the same repository.'],
  ])('%j', (words, message, hint) => {
    expect(() => findCommand(words)).toThrow(expect.objectContaining({ code: 'usage', message, hint }));
  });
});

test('options before the command are split off, the value of --cd with them', () => {
  expect(splitGlobalWords(['-v', '--cd', 'sub', 'push', '-f'])).toEqual({ before: ['-v', '--cd', 'sub'], after: ['push', '-f'] });
  expect(splitGlobalWords(['--cd=sub', 'push'])).toEqual({ before: ['--cd=sub'], after: ['push'] });
});
