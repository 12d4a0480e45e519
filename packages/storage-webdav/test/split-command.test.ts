import { expect, test } from 'vitest';

import { splitCommand } from '../src/split-command.ts';

// what Python's shlex.split gives
test.each([
  ['token', ['token']],
  ['  get-token  --audience  data ', ['get-token', '--audience', 'data']],
  ["sh -c 'echo $HOME; true'", ['sh', '-c', 'echo $HOME; true']],
  ['a "b c"d\'e f\'', ['a', 'b cde f']],
  ['a\\ b', ['a b']],
  ['"a\\"b" "a\\nb" "\\\\"', ['a"b', 'a\\nb', '\\']],
  ['"" \'\'', ['', '']],
  ['', []],
])('%j is %j', (line, words) => {
  expect(splitCommand(line)).toEqual(words);
});

test.each(['"open', "'open", 'ends in \\'])('%j is no command line', (line) => {
  expect(splitCommand(line)).toBeUndefined();
});
