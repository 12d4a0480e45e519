import { type ObjectInfo, StorageError } from '@datapin/storage';

import { type Breakage, mapPages, memory } from './breakage.ts';

function foldersOf(key: string): readonly ObjectInfo[] {
  return key.includes('/') ? [{ key: key.slice(0, key.lastIndexOf('/')), size: 0 }] : [];
}

/** Listings that turn the prefix into something else, and filter by that. */
const patternPrefixes: readonly Breakage[] = Object.entries<readonly [bug: string, matches: (key: string, prefix: string) => boolean]>({
  'prefixes/wildcards': [
    'a _ in the prefix stands for any sign',
    (key, prefix) => new RegExp(`^${prefix.replaceAll(/[^\\w/]/gu, String.raw`\\$&`).replaceAll('_', '.')}`, 'u').test(key),
  ],
  'prefixes/quotes': ['quotes in the prefix are dropped', (key, prefix) => key.startsWith(prefix.replaceAll(/['"\\\\]/gu, ''))],
  'prefixes/encoded': ['the prefix is decoded', (key, prefix) => key.startsWith(prefix.replaceAll('%20', ' '))],
  'prefixes/letter-case': [
    'the prefix does not tell upper from lower case',
    (key, prefix) => key.toLowerCase().startsWith(prefix.toLowerCase()),
  ],
}).map(([id, [bug, matches]]) =>
  memory(
    bug,
    (inner) => ({ list: (prefix, options) => mapPages(inner.list('', options), (page) => page.filter(({ key }) => matches(key, prefix))) }),
    [id],
  ),
);

/** Storages that list wrong. */
export const listingBreakages: readonly Breakage[] = [
  memory(
    'a listing has only its first page',
    (inner) => ({
      list: async function* firstPageOnly(prefix, options) {
        for await (const page of inner.list(prefix, options)) {
          yield page;
          return;
        }
      },
    }),
    ['listing/many-pages'],
  ),
  memory(
    'pages overlap by one key',
    (inner) => ({
      list: (prefix, options) => {
        let last: readonly ObjectInfo[] = [];
        return mapPages(inner.list(prefix, options), (page) => {
          const overlapping = [...last, ...page].slice(0, page.length);
          last = page.slice(-1);
          return overlapping;
        });
      },
    }),
    ['listing/many-pages'],
  ),
  memory(
    'listed sizes are wrong',
    (inner) => ({
      list: (prefix, options) => mapPages(inner.list(prefix, options), (page) => page.map((info) => ({ ...info, size: 0 }))),
    }),
    ['listing/sizes'],
  ),
  memory('there is no list', () => ({ list: undefined as never }), ['traits/methods', 'listing/nothing']),
  memory(
    'the prefix is taken for a folder',
    (inner) => ({ list: (prefix, options) => inner.list(prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`, options) }),
    ['prefixes/exact', 'prefixes/of-a-cache'],
  ),

  memory(
    'folders are listed with the objects',
    (inner) => ({
      list: (prefix, options) => mapPages(inner.list(prefix, options), (page) => page.flatMap((info) => [...foldersOf(info.key), info])),
    }),
    ['listing/no-folders'],
  ),
  memory(
    'at most fifty folders are looked into',
    (inner) => {
      const folderOf = (key: string): string => key.slice(0, key.lastIndexOf('/') + 1);
      return {
        list: (prefix, options) => {
          const folders = new Set<string>();
          return mapPages(inner.list(prefix, options), (page) =>
            page.filter(({ key }) => {
              if (folders.size < 50) folders.add(folderOf(key));
              return folders.has(folderOf(key));
            }),
          );
        },
      };
    },
    ['listing/many-folders'],
  ),
  memory(
    'listings at the same time share their answer',
    (inner) => {
      let running: Promise<readonly ObjectInfo[]> | undefined;
      return {
        list: async function* shared(prefix, options) {
          running ??= (async () => {
            const found: ObjectInfo[] = [];
            for await (const page of inner.list(prefix, options)) found.push(...page);
            running = undefined;
            return found;
          })();
          yield await running;
        },
      };
    },
    ['listing/at-once'],
  ),
  memory(
    'pages are counted off a list that changes meanwhile',
    (inner) => ({
      list: async function* offsets(prefix, options) {
        for (let offset = 0; ; offset += 50) {
          const all: ObjectInfo[] = [];
          for await (const page of inner.list(prefix, options)) all.push(...page);
          all.sort((a, b) => (a.key < b.key ? -1 : 1));
          if (offset >= all.length) return;
          yield all.slice(offset, offset + 50);
        }
      },
    }),
    ['listing/while-changing'],
  ),
  memory(
    'a listing is remembered',
    (inner) => {
      const pages = new Map<string, readonly ObjectInfo[]>();
      return {
        list: async function* remembered(prefix, options) {
          const found = [...(pages.get(prefix) ?? [])];
          if (!pages.has(prefix)) for await (const page of inner.list(prefix, options)) found.push(...page);
          pages.set(prefix, found);
          yield found;
        },
      };
    },
    ['listing/after-changes'],
  ),
  memory(
    'leaving a listing early breaks the next one',
    (inner) => {
      let left = false;
      return {
        list: async function* fragile(prefix, options) {
          if (left) throw new StorageError('unavailable', 'a listing is going on');
          left = true;
          yield* inner.list(prefix, options);
          left = false;
        },
      };
    },
    ['listing/early-stop'],
  ),
  memory(
    'a prefix that ends in a slash finds what is in that folder only',
    (inner) => ({
      list: (prefix, options) =>
        mapPages(inner.list(prefix, options), (page) =>
          page.filter(({ key }) => !prefix.endsWith('/') || !key.slice(prefix.length).includes('/')),
        ),
    }),
    ['prefixes/folder'],
  ),
  memory(
    'a prefix that finds nothing finds all',
    (inner) => ({
      list: async function* generous(prefix, options) {
        let found = 0;
        for await (const page of inner.list(prefix, options)) {
          found += page.length;
          yield page;
        }
        if (found === 0) yield* inner.list('', options);
      },
    }),
    ['prefixes/nothing'],
  ),
  ...patternPrefixes,
];
