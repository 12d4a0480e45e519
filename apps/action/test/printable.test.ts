import { expect, test } from 'vitest';

import { html, printable } from '../src/printable.ts';

test.for([
  ['plain ünïcödé 漢字 name.csv', 'plain ünïcödé 漢字 name.csv'],
  ['a\nb\r\tc', String.raw`a\nb\r\tc`],
  ['a\u0000\u001b[31mred', String.raw`a\x00\x1b[31mred`],
  ['back\\slash', 'back\\slash'],
  [String.raw`a\nb`, String.raw`a\\nb`],
  ['\u202eexe.csv', String.raw`\u{202e}exe.csv`],
  ['\u2028::error::x', String.raw`\u{2028}::error::x`],
  ['x ##[add-mask]y', String.raw`x #\x23[add-mask]y`],
] as const)('%j is shown as %s', ([text, shown]) => {
  expect(printable(text)).toBe(shown);
});

test('nothing of a name is markup', () => {
  expect(html(`<img src=x onerror='a'>&\`"`)).toBe('&#60;img src=x onerror=&#39;a&#39;&#62;&#38;&#96;&#34;');
});
