import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { parseTarget } from '../../src/formats/parse-target.ts';

interface Row {
  readonly target: string;
  readonly result: readonly [string | null, string | null];
}
const rows: Row[] = JSON.parse(readFileSync(new URL('../vectors/parse-target.json', import.meta.url), 'utf8'));

test.each(rows)('$target', ({ target, result }) => {
  const { file, name } = parseTarget(target);
  expect([file ?? null, name ?? null]).toEqual(result);
});

test('a dvc.lock is no target; the dvc.yaml beside it is meant', () => {
  expect(() => parseTarget('sub/dvc.lock')).toThrow(/'sub\/dvc\.lock'/u);
});
