import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { emptyOutcome } from '../src/outcome.ts';
import { outputNames, outputsOf } from '../src/outputs.ts';
import { missingFile } from './missing-file.ts';

test('action.yml has exactly the outputs that are set', () => {
  const text = readFileSync(join(import.meta.dirname, '../action.yml'), 'utf8');
  const section = text.slice(text.indexOf('\noutputs:\n'), text.indexOf('\nruns:\n'));
  expect([...section.matchAll(/^ {2}([\w-]+):$/gmu)].map(([, name]) => name)).toEqual([...outputNames]);
});

test('a run that failed at once sets all of them', () => {
  expect(outputsOf(emptyOutcome())).toEqual({
    'data-hash': '',
    'cache-hit': 'false',
    'cache-result': 'off',
    'cache-keys': '[]',
    files: '0',
    bytes: '0',
    'downloaded-files': '0',
    'downloaded-bytes': '0',
    complete: 'false',
    missing: '[]',
    changed: '',
    rev: '',
    roots: '[]',
    manifest: '',
  });
});

test('what is missing is listed with path, hash, remote and reason, a hundred at most', () => {
  const missing = Array.from({ length: 120 }, (_, index) => missingFile({ path: `data/${index}` }));
  const parsed: unknown = JSON.parse(outputsOf({ ...emptyOutcome(), missing }).missing);
  const expected = (index: number): object => ({
    path: `data/${index}`,
    md5: '900150983cd24fb0d6963f7d28e17f72',
    remote: 'origin',
    reason: 'missing',
  });
  expect(parsed).toEqual(Array.from({ length: 100 }, (_, index) => expected(index)));
});
