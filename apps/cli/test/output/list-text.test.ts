import type { ListEntry } from '@datapin/core';
import { describe, expect, test } from 'vitest';

import { listPainter } from '../../src/output/list-colors.ts';
import { listText, listTree } from '../../src/output/list-text.ts';

function file(path: string, size?: number, md5?: string): ListEntry {
  return { path, isOut: md5 !== undefined, isDir: false, isExec: false, size, md5 };
}

const paint = (_: ListEntry, name: string): string => name;

/** The texts of these tests were printed by DVC 3.67.1. */
describe('a list', () => {
  test('with sizes and hashes', () => {
    const entries = [
      file('.dvcignore', 139),
      file('a', 2, '60b725f10c9c85c70d97880dfe8191b3'),
      { ...file('d', 4096, 'c8cafa3c60123927b016aeafcd017b8b.dir'), isDir: true },
      { ...file('sub', 0), isDir: true },
    ];
    expect(listText(entries, { size: true, showHash: true, paint })).toBe(
      [
        '  139  -                                     .dvcignore',
        '    2  60b725f10c9c85c70d97880dfe8191b3      a',
        '4.00k  c8cafa3c60123927b016aeafcd017b8b.dir  d',
        '       -                                     sub',
      ].join('\n'),
    );
  });

  test.each([
    [0, '0'],
    [999, '999'],
    [1024, '1.00k'],
    [10_240, '10.0k'],
    [102_400, '100k'],
    [1_047_552, '1.00M'],
    [5 * 1024 ** 3, '5.00G'],
  ])('prints %i bytes as %s', (size, text) => {
    expect(listText([file('a', size)], { size: true, showHash: false, paint })).toBe(`${text}  a`);
  });

  test('as a tree', () => {
    const entries = ['a.dvc', 'd/1', 'd/2', 'sub/x/b'].map((path) => file(path));
    expect(listTree('.', entries, { size: false, showHash: false, paint })).toBe(
      ['.', '├── a.dvc', '├── d', '│   ├── 1', '│   └── 2', '└── sub', '    └── x', '        └── b'].join('\n'),
    );
  });

  test('has the colours of LS_COLORS, tracked data those of `out`', () => {
    const painter = listPainter('out=35:di=34:ex=32:*.csv=33');
    const names = [
      [file('data', 1, 'x'), 'data'],
      [{ ...file('dir'), isDir: true }, 'dir'],
      [{ ...file('run.sh'), isExec: true }, 'run.sh'],
      [file('t.csv'), 't.csv'],
      [file('t.txt'), 't.txt'],
    ] as const;
    expect(names.map(([entry, name]) => painter(entry, name))).toEqual([
      '\u001B[35mdata\u001B[0m',
      '\u001B[34mdir\u001B[0m',
      '\u001B[32mrun.sh\u001B[0m',
      '\u001B[33mt.csv\u001B[0m',
      't.txt',
    ]);
  });
});
