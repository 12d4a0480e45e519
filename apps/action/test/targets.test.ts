import { describe, expect, test } from 'vitest';

import { meansAll, mayMeanPart, narrowByPatterns, parseTargets } from '../src/targets.ts';
import { pinnedOutput } from './pinned-output.ts';

const directory = '900150983cd24fb0d6963f7d28e17f72.dir';
const outputs = [
  pinnedOutput({ path: 'data/a.csv' }),
  pinnedOutput({ path: 'data/b.txt' }),
  pinnedOutput({ path: 'data/images', md5: directory }),
  pinnedOutput({ path: 'models/big.bin' }),
];
const files = ['x.png', 'y.jpg', 'deep/z.png'].map((relpath) => ({
  id: { algorithm: 'md5' as const, value: '900150983cd24fb0d6963f7d28e17f72' },
  path: `data/images/${relpath}`,
  relpath,
  exec: false,
}));

/** Paths that lines of the input select, files of the directory by themselves where only some are meant. */
function selects(...lines: readonly string[]): readonly string[] {
  const narrow = narrowByPatterns(parseTargets(lines), {
    pathsOf: ({ output }) => ({ path: output.path, metafile: `${output.path}.dvc` }),
    plain: new Map(),
    matched: () => {},
  });
  return (narrow?.outputs(outputs) ?? outputs).flatMap((selected) => {
    const { path } = selected.output;
    const within = path === 'data/images' ? narrow?.files(selected, files) : undefined;
    return within === undefined ? [path] : within.map((relpath) => `${path}/${relpath}`);
  });
}

test('lines are plain targets, patterns, and what to leave out', () => {
  expect(parseTargets(['train', './data/*.csv', '!data/old/', 'dvc.yaml:eval'])).toEqual({
    plain: ['train', 'dvc.yaml:eval'],
    globs: ['data/*.csv'],
    excludes: ['data/old'],
  });
  expect(() => parseTargets(['!'])).toThrow(expect.objectContaining({ code: 'usage' }));
});

describe('patterns select', () => {
  test.for<readonly [readonly string[], readonly string[]]>([
    [['data/*.csv'], ['data/a.csv']],
    [['*/*.{csv,txt}'], ['data/a.csv', 'data/b.txt']],
    [['data/*'], ['data/a.csv', 'data/b.txt', 'data/images']],
    [['dat?'], ['data/a.csv', 'data/b.txt', 'data/images']],
    [['**'], ['data/a.csv', 'data/b.txt', 'data/images', 'models/big.bin']],
    [['**/*.dvc'], ['data/a.csv', 'data/b.txt', 'data/images', 'models/big.bin']],
    [['data/images/*.png'], ['data/images/x.png']],
    [['data/images/**/*.png'], ['data/images/x.png', 'data/images/deep/z.png']],
    [['data/images/deep/*'], ['data/images/deep/z.png']],
  ])('%j → %j', ([lines, expected]) => {
    expect(selects(...lines)).toEqual(expected);
  });
});

describe('what is left out', () => {
  test.for<readonly [readonly string[], readonly string[]]>([
    [['!models'], ['data/a.csv', 'data/b.txt', 'data/images']],
    [['!data/images'], ['data/a.csv', 'data/b.txt', 'models/big.bin']],
    [
      ['!data/b.txt.dvc', '!models/**'],
      ['data/a.csv', 'data/images'],
    ],
    [['!data/images/*.jpg'], ['data/a.csv', 'data/b.txt', 'data/images/x.png', 'data/images/deep/z.png', 'models/big.bin']],
    [
      ['data/**', '!data/images/deep'],
      ['data/a.csv', 'data/b.txt', 'data/images/x.png', 'data/images/y.jpg'],
    ],
  ])('%j → %j', ([lines, expected]) => {
    expect(selects(...lines)).toEqual(expected);
  });
});

test('a pattern beside a plain target adds to it', () => {
  const matched: string[] = [];
  const narrow = narrowByPatterns(parseTargets(['data/images/deep', 'models/*']), {
    pathsOf: ({ output }) => ({ path: output.path, metafile: `${output.path}.dvc` }),
    plain: new Map([['data/images', ['deep']]]),
    matched: (glob) => matched.push(glob),
  });
  expect(narrow?.outputs(outputs).map(({ output, within }) => [output.path, within])).toEqual([
    ['data/images', ['deep']],
    ['models/big.bin', undefined],
  ]);
  expect(matched).toEqual(['models/*']);
});

test('a pattern may mean files of a directory only when its start fits', () => {
  expect(mayMeanPart('data/images/*.png', 'data/images')).toBe(true);
  expect(mayMeanPart('**/*.png', 'data/images')).toBe(true);
  expect(mayMeanPart('data/*', 'data/images')).toBe(false);
  expect(mayMeanPart('other/images/x', 'data/images')).toBe(false);
  expect(meansAll('data', { path: 'data/images', metafile: 'data/images.dvc' })).toBe(true);
});
