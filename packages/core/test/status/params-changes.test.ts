import { expect, test } from 'vitest';

import { parseParams } from '../../src/formats/params-file.ts';
import { isYamlMap } from '../../src/formats/yaml-value.ts';
import { changedParams } from '../../src/status/params-changes.ts';

async function changes(actual: string, recorded: string, declared: readonly string[] | null): Promise<Record<string, string>> {
  const before = await parseParams(recorded, { file: 'dvc.lock' });
  if (!isYamlMap(before)) throw new Error('not a mapping');
  return Object.fromEntries(changedParams(await parseParams(actual, { file: 'params.yaml' }), before, declared));
}

test('declared params are compared by their path', async () => {
  const actual = 'a:\n  b: 1\n  1: x\nc: [1, 2]\n';
  expect(await changes(actual, 'a.b: 1\nc.1: 3\ngone: 4\n', ['a.b', 'c.1', 'gone', 'a.1'])).toEqual({
    'c.1': 'modified',
    gone: 'deleted',
    'a.1': 'new',
  });
});

test('of a whole file every key at the top counts', async () => {
  expect(await changes('a: {b: 1}\nnew: 1\n', 'a: {b: 2}\nold: 1\n', null)).toEqual({ a: 'modified', new: 'new', old: 'deleted' });
});

test('values are equal as Python finds them', async () => {
  expect(await changes('a: 1.0\nb: [1, {x: y}]\nc:\n', 'a: 1\nb: [1, {x: y}]\nc:\n', ['a', 'b', 'c'])).toEqual({});
});

test('a param that leads through what is no mapping is not there', async () => {
  expect(await changes('a: text\n', 'a.b: 1\n', ['a.b', 'a.b.c'])).toEqual({ 'a.b': 'deleted', 'a.b.c': 'deleted' });
});
