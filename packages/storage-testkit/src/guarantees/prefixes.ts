import assert from 'node:assert/strict';

import { listedKeys } from '../suite/expectations.ts';
import { type Check, type Guarantee, guarantees } from '../suite/guarantee.ts';
import { putAll } from './listing.ts';

/** Keys, and which of them each prefix has to find. */
interface PrefixCase {
  readonly promise: string;
  readonly keys: readonly string[];
  readonly finds: Readonly<Record<string, readonly string[]>>;
}

const cases: Readonly<Record<string, PrefixCase>> = {
  exact: {
    promise: 'the prefix is text: keys that start with it, wherever it ends, and no others',
    keys: ['ab/1', 'ab/2/x', 'ab-c', 'abc', 'a/b', 'b/ab', 'zz'],
    finds: {
      ab: ['ab-c', 'ab/1', 'ab/2/x', 'abc'],
      a: ['a/b', 'ab-c', 'ab/1', 'ab/2/x', 'abc'],
      'ab/2/x': ['ab/2/x'],
    },
  },
  folder: {
    promise: 'a prefix that ends in a slash finds what is in the folder, at any depth, and nothing beside it',
    keys: ['ab/1', 'ab/2/x', 'ab-c', 'abc'],
    finds: { 'ab/': ['ab/1', 'ab/2/x'], 'ab/2/': ['ab/2/x'] },
  },
  nothing: {
    promise: 'a prefix that no key starts with finds nothing, also below an object',
    keys: ['ab/1', 'abc'],
    finds: { 'ab/3': [], 'ab/1/': [], 'b/': [], '1': [] },
  },
  'of-a-cache': {
    promise: 'the prefixes that a cache is listed by work: a folder and the start of a name in it',
    keys: ['files/md5/00/aa', 'files/md5/00/ab', 'files/md5/01/aa', 'files/md5x', '00/aa'],
    finds: {
      'files/md5/0': ['files/md5/00/aa', 'files/md5/00/ab', 'files/md5/01/aa'],
      'files/md5/00/': ['files/md5/00/aa', 'files/md5/00/ab'],
      'files/md5/00/ab': ['files/md5/00/ab'],
    },
  },
  wildcards: {
    promise: 'signs that query languages use as wildcards stand for themselves',
    keys: ['a_c', 'abc', 'a%c', 'a*c', 'a?c', 'a.c', 'a[b]c'],
    finds: { a_: ['a_c'], 'a%': ['a%c'], 'a*': ['a*c'], 'a?': ['a?c'], 'a.': ['a.c'], 'a[b]': ['a[b]c'] },
  },
  quotes: {
    promise: 'quotes and backslashes in a prefix stand for themselves',
    keys: [`it's/a`, `it"s/a`, 'it\\s/a', 'its/a'],
    finds: { [`it's`]: [`it's/a`], 'it"': ['it"s/a'], 'it\\': ['it\\s/a'] },
  },
  encoded: {
    promise: 'a prefix is not encoded or decoded on the way',
    keys: ['a b/1', 'a%20b/1', 'a+b/1', 'é/1', 'a#b/1'],
    finds: { 'a b/': ['a b/1'], 'a%20': ['a%20b/1'], 'a+': ['a+b/1'], é: ['é/1'], 'a#': ['a#b/1'] },
  },
  'letter-case': {
    promise: 'a prefix tells upper from lower case',
    keys: ['Data/1', 'data/1', 'DATA/1'],
    finds: { Data: ['Data/1'], 'data/': ['data/1'], D: ['DATA/1', 'Data/1'] },
  },
};

/** How listing by prefix tells keys apart: one guarantee for each family of prefixes. */
export const prefixes: readonly Guarantee[] = guarantees(
  { area: 'prefixes', look: 'how `list` turns its prefix into a question for the store, and filters the answer', needs: ['put', 'list'] },
  Object.fromEntries(
    Object.entries(cases).map(([name, { promise, keys, finds }]): [string, Check] => [
      name,
      [
        promise,
        async ({ storage }) => {
          await putAll(storage, keys);
          for (const [prefix, expected] of Object.entries(finds)) {
            assert.deepEqual(await listedKeys(storage, prefix), expected.toSorted(), `listed by prefix ${prefix}`);
          }
        },
      ],
    ]),
  ),
);
