import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { outputNames, outputsOf } from '../src/outputs.ts';
import { missingObject, pullResult } from './pull-result.ts';

test('action.yml has exactly the outputs that are set', () => {
  const text = readFileSync(join(import.meta.dirname, '../action.yml'), 'utf8');
  const section = text.slice(text.indexOf('\noutputs:\n'), text.indexOf('\nruns:\n'));
  expect([...section.matchAll(/^ {2}([\w-]+):$/gmu)].map(([, name]) => name)).toEqual([...outputNames]);
});

test('a result fills all of them', () => {
  expect(outputsOf(pullResult({ files: 5, bytes: 700, downloadedFiles: 2, downloadedBytes: 300, dataHash: 'abc' }))).toEqual({
    'data-hash': 'abc',
    files: '5',
    bytes: '700',
    'downloaded-files': '2',
    'downloaded-bytes': '300',
    complete: 'true',
    missing: '[]',
  });
});

test('a pull that failed at once sets all of them as well', () => {
  expect(outputsOf(undefined)).toEqual({
    'data-hash': '',
    files: '0',
    bytes: '0',
    'downloaded-files': '0',
    'downloaded-bytes': '0',
    complete: 'false',
    missing: '[]',
  });
});

test('what is missing is listed with path, hash, remote and reason, a hundred at most', () => {
  const missing = Array.from({ length: 120 }, (_, index) => missingObject({ path: `data/${index}` }));
  const { missing: text, complete } = outputsOf(pullResult({ missing }));
  const parsed: unknown = JSON.parse(text);
  expect(complete).toBe('false');
  const expected = (index: number): object => ({
    path: `data/${index}`,
    hash: '900150983cd24fb0d6963f7d28e17f72',
    remote: 'origin',
    reason: 'missing',
  });
  expect(parsed).toEqual(Array.from({ length: 100 }, (_, index) => expected(index)));
});
