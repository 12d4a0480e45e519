import { expect, test } from 'vitest';

import { type CachedOutput, planEntries } from '../../src/cache/cache-entries.ts';
import { pinnedOutput } from '../pinned-output.ts';

function outputs(count: number, md5 = '900150983cd24fb0d6963f7d28e17f72'): readonly CachedOutput[] {
  return Array.from({ length: count }, (_, index) => ({ selected: pinnedOutput({ path: `data/${index}`, md5 }), root: '', part: '' }));
}

test('up to sixteen outputs have an entry each, with keys that end in a hash of fixed length', () => {
  const entries = planEntries(outputs(16), 'Datapin');
  expect(entries).toHaveLength(16);
  for (const { shard, key, olderKeys } of entries) {
    expect(key).toMatch(new RegExp(`^datapin-1-${shard}-[0-9a-f]{32}$`, 'u'));
    expect(shard).toMatch(/^[0-9a-f]{12}$/u);
    expect(olderKeys).toBe(`datapin-1-${shard}-`);
  }
});

test('more share sixteen', () => {
  const entries = planEntries(outputs(500), 'datapin');
  expect(entries).toHaveLength(16);
  expect(entries.map(({ shard }) => shard).sort()).toEqual(Array.from({ length: 16 }, (_, digit) => `b0${digit.toString(16)}`));
  expect(entries.reduce((sum, { places }) => sum + places.size, 0)).toBe(500);
});

test('another content is another key in the same place; the order in which outputs come does not matter', () => {
  const [before] = planEntries(outputs(1), 'datapin');
  const [after] = planEntries(outputs(1, 'd41d8cd98f00b204e9800998ecf8427e'), 'datapin');
  expect(after?.key).not.toBe(before?.key);
  expect(after?.olderKeys).toBe(before?.olderKeys);
  const keys = (list: readonly CachedOutput[]): readonly string[] =>
    planEntries(list, 'datapin')
      .map(({ key }) => key)
      .sort();
  expect(keys(outputs(40).toReversed())).toEqual(keys(outputs(40)));
});

test('a part of a directory, another root, and another share have places of their own', () => {
  const md5 = '900150983cd24fb0d6963f7d28e17f72.dir';
  const whole = pinnedOutput({ path: 'data', md5 });
  const places = [
    { selected: whole, root: '', part: '' },
    { selected: pinnedOutput({ path: 'data', md5, within: ['a'] }), root: '', part: '' },
    { selected: whole, root: 'other', part: '' },
    { selected: whole, root: '', part: '["shard",1,2]' },
  ].map((one) => planEntries([one], 'datapin')[0]?.shard);
  expect(new Set(places).size).toBe(4);
});

test('what pins nothing has no entry', () => {
  const selected = pinnedOutput({ path: 'data' });
  expect(
    planEntries([{ selected: { ...selected, output: { ...selected.output, id: undefined } }, root: '', part: '' }], 'datapin'),
  ).toEqual([]);
});
