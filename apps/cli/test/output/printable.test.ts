import { expect, test } from 'vitest';

import { printable, printableResult, printableText } from '../../src/output/printable.ts';

test.each([
  ['an escape sequence', 'ev\u001B]0;pwned\u0007il', String.raw`ev\x1b]0;pwned\x07il`],
  ['a colour', 'a\u001B[8mb', String.raw`a\x1b[8mb`],
  ['what breaks the line', 'a\nb\rc\td\u2028e', String.raw`a\nb\rc\td\u2028e`],
  ['C1 controls and DEL', 'a\u009B31mb\u007F', String.raw`a\u009b31mb\x7f`],
  ['marks that turn the direction of writing', 'a\u202Egnp.exe\u2066', String.raw`a\u202egnp.exe\u2066`],
])('%s in a name is escaped', (_, name, shown) => {
  expect(printable(name)).toBe(shown);
});

test('names in any script, spaces and backslashes stay', () => {
  const name = String.raw`grüße/дані/数据 👩‍🔬 C:\new`;
  expect(printable(name)).toBe(name);
});

test('of a text, line ends, tabs and colours stay', () => {
  expect(printableText('\u001B[1;31mred\u001B[0m\n\tx\u001B[2J\u001B]0;t\u0007')).toBe(
    '\u001B[1;31mred\u001B[0m\n\tx\\x1b[2J\\x1b]0;t\\x07',
  );
});

test('a result is escaped in its keys and values and otherwise equal', () => {
  const result = { 'a\n.dvc': [{ size: 1, md5: undefined, isOut: true, path: 'b\n' }], none: null };
  expect(printableResult(result)).toEqual({ 'a\\n.dvc': [{ size: 1, md5: undefined, isOut: true, path: 'b\\n' }], none: null });
});
