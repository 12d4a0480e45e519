import { expect, test } from 'vitest';

import { parseQuery } from '../../../e2e/servers/google-drive/query-grammar.ts';
import { childrenOf, namedChildren, quoted } from '../src/drive-query.ts';

test.each([
  ['plain', "'plain'"],
  ["it's", String.raw`'it\'s'`],
  ['back\\slash', String.raw`'back\\slash'`],
  ["\\'", String.raw`'\\\''`],
  ["' or trashed = true or name = '", String.raw`'\' or trashed = true or name = \''`],
])('a value that holds %s is quoted', (text, written) => {
  expect(quoted(text)).toBe(written);
});

test.each([
  childrenOf(['a']),
  childrenOf(['a', 'b']),
  childrenOf(['a', 'b'], 'folders'),
  namedChildren([{ parents: ['a'], name: "it's" }]),
  namedChildren([
    { parents: ['a', 'b'], name: 'x' },
    { parents: ['c'], name: 'y' },
  ]),
])('%s leaves the trash out, whatever it asks for', (query) => {
  const file = {
    id: '1',
    mimeType: 'application/vnd.google-apps.folder',
    created: 0,
    changed: 0,
    content: undefined,
    driveId: undefined,
    abusive: false,
  };
  const parsed = parseQuery(query);
  for (const name of ["it's", 'x', 'y']) {
    for (const parent of ['a', 'b', 'c']) expect(parsed.matches({ ...file, name, parents: [parent], trashed: true })).toBe(false);
  }
});

test('several names are asked for in one query, each in its own folders', () => {
  const query = namedChildren([
    { parents: ['a', 'b'], name: 'x' },
    { parents: ['c'], name: 'y' },
  ]);
  expect(query).toBe("((name = 'x' and ('a' in parents or 'b' in parents)) or (name = 'y' and 'c' in parents)) and trashed = false");
});
