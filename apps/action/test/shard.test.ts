import { expect, test } from 'vitest';

import { narrowByShard } from '../src/shard.ts';
import { pinnedOutput } from './pinned-output.ts';

const directory = '900150983cd24fb0d6963f7d28e17f72.dir';

/** What each of the shares gets: paths of outputs, and of files of directories that are dealt out. */
function split(
  outputs: readonly { readonly path: string; readonly size: number; readonly files?: number }[],
  count: number,
): readonly (readonly string[])[] {
  const selected = outputs.map(({ path, size, files }) =>
    pinnedOutput(files === undefined ? { path, size } : { path, size, nfiles: files, md5: directory }),
  );
  return Array.from({ length: count }, (_, index) => {
    const narrow = narrowByShard({ index: index + 1, count });
    return narrow.outputs(selected).flatMap((one) => {
      const { path, record } = one.output;
      const files = Array.from({ length: record.nfiles ?? 0 }, (__, position) => ({
        id: { algorithm: 'md5' as const, value: '900150983cd24fb0d6963f7d28e17f72' },
        path: `${path}/${position}`,
        relpath: `${position}`,
        exec: false,
      }));
      return narrow.files(one, files)?.map((relpath) => `${path}/${relpath}`) ?? [path];
    });
  });
}

test('the shares are disjoint, and together everything', () => {
  const outputs = Array.from({ length: 57 }, (_, index) => ({ path: `data/${index}`, size: (index * 7919) % 1000 }));
  const shares = split([...outputs, { path: 'big', size: 1_000_000, files: 1001 }], 8);
  const all = shares.flat();
  expect(new Set(all).size).toBe(all.length);
  expect(all.length).toBe(57 + 1001);
});

test('they are balanced by bytes', () => {
  const outputs = Array.from({ length: 200 }, (_, index) => ({ path: `data/${index}`, size: 1000 + ((index * 7919) % 5000) }));
  const sizes = new Map(outputs.map(({ path, size }) => [path, size]));
  const loads = split(outputs, 4).map((share) => share.reduce((sum, path) => sum + (sizes.get(path) ?? 0), 0));
  expect(Math.max(...loads) / Math.min(...loads)).toBeLessThan(1.05);
});

test('a directory that is larger than half a share is dealt out file by file; a small one stays whole', () => {
  const shares = split(
    [
      { path: 'big', size: 900, files: 9 },
      { path: 'small', size: 10, files: 5 },
    ],
    2,
  );
  expect(shares.map((share) => share.filter((path) => path.startsWith('big/')).length)).toEqual([5, 4]);
  expect(shares.flat().filter((path) => path.startsWith('small'))).toEqual(['small']);
});

test('the order in which outputs are found does not change the split', () => {
  const outputs = Array.from({ length: 30 }, (_, index) => ({ path: `data/${index}`, size: (index % 5) * 100 }));
  const sorted = (shares: readonly (readonly string[])[]): readonly (readonly string[])[] => shares.map((share) => share.toSorted());
  expect(sorted(split(outputs.toReversed(), 3))).toEqual(sorted(split(outputs, 3)));
});

test('one share is everything, and more shares than data leave some empty', () => {
  expect(split([{ path: 'a', size: 5, files: 3 }], 1)).toEqual([['a']]);
  expect(split([{ path: 'a', size: 5 }], 3).flat()).toEqual(['a']);
});
