import { hash } from 'node:crypto';

import { expect, test } from 'vitest';

import { parseDvcFile } from '../../src/formats/dvc-file.ts';
import { formatPythonJson } from '../../src/formats/python-json.ts';
import { checksumOf, stageChecksum } from '../../src/formats/stage-checksum.ts';
import type { YamlMap } from '../../src/formats/yaml-value.ts';
import { parseExactJson, readVectorText } from './exact-json.ts';

const vectors = (parseExactJson(await readVectorText('dict-hashes.json')) as readonly YamlMap[]).map((row) => ({
  value: row.get('value') as YamlMap,
  json: row.get('json') as string,
  md5: row.get('md5') as string,
}));

test.each(vectors)('JSON is written as Python writes it: $json', ({ value, json }) => {
  expect(formatPythonJson(value)).toBe(json);
});

test.each(vectors)('annotations do not count at any depth: $json', ({ value, md5 }) => {
  expect(checksumOf(value)).toBe(md5);
});

test('keys are sorted by code point', () => {
  const emoji = String.fromCodePoint(0x1f600);
  expect(
    formatPythonJson(
      new Map([
        [emoji, 1],
        ['\uffee', 2],
      ]),
    ),
  ).toBe(String.raw`{"\uffee": 2, "\ud83d\ude00": 1}`);
});

test('what JSON has no word for is written as Python writes it', () => {
  expect(formatPythonJson([{ float: Infinity }, { float: -Infinity }, { float: Number.NaN }])).toBe('[Infinity, -Infinity, NaN]');
});

const imported = `md5: 438d64e5521621761cd507c02d2ed6a0
frozen: true
deps:
- path: dir/f3
  repo:
    url: ../g1
    rev_lock: fd5bfccb85871c09c71027cff88df2c2d69dfd10
outs:
- md5: 3385b5d27d4c2923e9cde7ea53f28e2b
  size: 3
  hash: md5
  path: f3
`;

test('an import carries its own checksum', async () => {
  const stage = await parseDvcFile(imported, 'f3.dvc');
  expect(stageChecksum(stage)).toBe(stage.md5);
});

test('a description changes nothing, another revision does', async () => {
  const stage = await parseDvcFile(imported, 'f3.dvc');
  expect(stageChecksum({ ...stage, desc: 'about', wdir: '.' })).toBe(stage.md5);
  const moved = await parseDvcFile(imported.replace('fd5bf', 'ad5bf'), 'f3.dvc');
  expect(stageChecksum(moved)).not.toBe(stage.md5);
});

test('the checksum of bytes is plain MD5', () => {
  expect(checksumOf(new Map())).toBe(hash('md5', '{}'));
});
