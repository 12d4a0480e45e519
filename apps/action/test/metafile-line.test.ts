import { expect, test } from 'vitest';

import { lineOfPin } from '../src/metafile-line.ts';

const a = '900150983cd24fb0d6963f7d28e17f72';
const b = 'd41d8cd98f00b204e9800998ecf8427e';

test('in a .dvc file it is the line of the output’s hash', () => {
  const text = `md5: ${b}\nframe: x\nouts:\n- md5: ${a}\n  size: 3\n  hash: md5\n  path: a.csv\n`;
  expect(lineOfPin(text, { hash: a, path: 'data/a.csv' })).toBe(4);
});

test('a directory’s hash is not taken for a file’s', () => {
  const text = `outs:\n- md5: ${a}.dir\n  path: dir\n`;
  expect(lineOfPin(text, { hash: `${a}.dir`, path: 'dir' })).toBe(2);
  expect(lineOfPin(text, { hash: a, path: 'dir' })).toBeUndefined();
});

test('an import’s dependency of the same hash is not it', () => {
  const text = `frozen: true\ndeps:\n- md5: ${a}\n  path: a\nouts:\n- path: a\n  md5: ${a}\n`;
  expect(lineOfPin(text, { hash: a, path: 'a' })).toBe(7);
});

test('in a dvc.lock it is the output’s line, not that of a stage that depends on it', () => {
  const text = `schema: '2.0'\nstages:\n  use:\n    cmd: x\n    deps:\n    - path: model\n      md5: ${a}\n  train:\n    cmd: y\n    outs:\n    - path: model\n      md5: ${a}\n`;
  expect(lineOfPin(text, { hash: a, path: 'model' })).toBe(12);
});

test('of two outputs with the same content each has its own line; a quoted hash counts', () => {
  const far = Array.from({ length: 12 }, (_, index) => `  meta${index}: x`).join('\n');
  const text = `outs:\n- path: first\n  md5: '${b}'\n${far}\n- path: second\n  md5: '${b}'\n`;
  expect(lineOfPin(text, { hash: b, path: 'first' })).toBe(3);
  expect(lineOfPin(text, { hash: b, path: 'second' })).toBe(17);
});
