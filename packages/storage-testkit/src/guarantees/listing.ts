import assert from 'node:assert/strict';

import { randomBytes, sourceOf } from '../bytes.ts';
import { assertHolds, forEachAtOnce, listed, listedKeys } from '../suite/expectations.ts';
import { type FullStorage, type Guarantee, guarantees, type Trial } from '../suite/guarantee.ts';

async function writeAll(storage: FullStorage, keys: readonly string[]): Promise<void> {
  await forEachAtOnce(keys, storage.traits.maxConnections, (key) => storage.write(key, sourceOf(randomBytes(3, 1))));
}

/** Keys for more than two pages, spread over folders like a cache's. */
function manyKeys({ storage, limits }: Trial): readonly string[] {
  const count = Math.min(storage.traits.listPageSize * 2 + 3, limits.manyObjects);
  return Array.from({ length: count }, (_, index) => `many/${(index % 7).toString(16)}/${index.toString().padStart(6, '0')}`);
}

/** What listing promises. */
export const listing: readonly Guarantee[] = guarantees('listing', {
  nothing: [
    'a remote that holds nothing lists nothing, under any prefix',
    async ({ storage }) => {
      assert.deepEqual(await listed(storage), []);
      assert.deepEqual(await listed(storage, 'files/md5/'), []);
    },
  ],
  sizes: [
    'every object is listed with its size',
    async ({ storage }) => {
      for (const size of [0, 1, 70_000]) await storage.write(`sizes/${size}`, sourceOf(randomBytes(size, 1)));
      const found = (await listed(storage)).map(({ key, size }) => `${key} ${size}`).sort();
      assert.deepEqual(found, ['sizes/0 0', 'sizes/1 1', 'sizes/70000 70000']);
    },
  ],
  'exact-prefix': [
    'the prefix is text: keys that start with it, wherever it ends, and no others',
    async ({ storage }) => {
      await writeAll(storage, ['ab/1', 'ab/2/x', 'ab-c', 'abc', 'a/b', 'b/ab', 'zz']);
      assert.deepEqual(await listedKeys(storage, 'ab/'), ['ab/1', 'ab/2/x']);
      assert.deepEqual(await listedKeys(storage, 'ab'), ['ab-c', 'ab/1', 'ab/2/x', 'abc']);
      assert.deepEqual(await listedKeys(storage, 'a'), ['a/b', 'ab-c', 'ab/1', 'ab/2/x', 'abc']);
      assert.deepEqual(await listedKeys(storage, 'ab/2/x'), ['ab/2/x']);
      assert.deepEqual(await listedKeys(storage, 'ab/3'), []);
      assert.deepEqual(await listedKeys(storage, 'ab/1/'), []);
    },
  ],
  'cache-prefix': [
    'the prefixes that a cache is listed by work: a folder and the start of a name in it',
    async ({ storage }) => {
      await writeAll(storage, ['files/md5/00/aa', 'files/md5/00/ab', 'files/md5/01/aa', 'files/md5x', '00/aa']);
      assert.deepEqual(await listedKeys(storage, 'files/md5/0'), ['files/md5/00/aa', 'files/md5/00/ab', 'files/md5/01/aa']);
      assert.deepEqual(await listedKeys(storage, 'files/md5/00/'), ['files/md5/00/aa', 'files/md5/00/ab']);
      assert.deepEqual(await listedKeys(storage, 'files/md5/00/ab'), ['files/md5/00/ab']);
    },
  ],
  'many-pages': [
    'over many pages each key comes exactly once, and no page is longer than it should be',
    async (trial) => {
      const keys = manyKeys(trial);
      await writeAll(trial.storage, keys);
      const found: string[] = [];
      for await (const page of trial.storage.list('many/')) {
        assert.ok(page.length <= trial.storage.traits.listPageSize, `a page of ${page.length} objects`);
        found.push(...page.map(({ key }) => key));
      }
      assert.deepEqual(found.sort(), keys.toSorted());
    },
  ],
  'early-stop': [
    'leaving the loop after a page is fine, and so is listing again',
    async (trial) => {
      const keys = manyKeys(trial).slice(0, trial.storage.traits.listPageSize + 1);
      await writeAll(trial.storage, keys);
      for await (const page of trial.storage.list('')) {
        assert.ok(page.length > 0, 'an empty page before the end');
        break;
      }
      assert.equal((await listedKeys(trial.storage)).length, keys.length);
    },
  ],
  'after-changes': [
    'a listing that begins after a write or a removal shows it',
    async ({ storage }) => {
      await writeAll(storage, ['a', 'b']);
      assert.deepEqual(await listedKeys(storage), ['a', 'b']);
      await storage.remove(['a']);
      assert.deepEqual(await listedKeys(storage), ['b']);
      await writeAll(storage, ['c']);
      assert.deepEqual(await listedKeys(storage), ['b', 'c']);
    },
  ],
});

const oddKeys: Readonly<Record<string, readonly string[]>> = {
  'latin-composed': ['caf\u00e9/na\u00efve.csv'],
  'latin-decomposed': ['cafe\u0301/nai\u0308ve.csv'],
  'two-normal-forms': ['\u00e9', 'e\u0301'],
  'other-scripts': ['\u6570\u636e/\u0434\u0430\u043d\u043d\u044b\u0435/\u05e0\u05ea\u05d5\u05e0\u05d9\u05dd', 'emoji \u{1f4be}.bin'],
  percent: ['100%', '%41', '%2F/%2f', 'a%20b', '%', '%zz'],
  plus: ['a+b', '+', 'c++/d'],
  'url-signs': ['a#b', 'a?b=c', 'a&b;c', 'a=b,c@d', 'a:b', 'http:/x'],
  spaces: [' leading', 'trailing ', 'in the middle', ' '],
  quotes: [`it's`, '"quoted"', '`back`', '<tag>&amp;'],
  brackets: ['[a]', '{b}', '(c)', '*', '!x', '~home', '$HOME', '^|'],
  backslash: ['a\\b', '\\'],
  dots: ['.hidden', '...', 'a..b', 'name.', '.datapin'],
  controls: ['tab\there', 'line\nbreak'],
  'letter-case': ['Key', 'key', 'KEY'],
  'long-keys': [`${'x'.repeat(200)}/${'y'.repeat(200)}/${'z'.repeat(200)}`, '\u00e9'.repeat(100)],
};

/** That keys are opaque: one guarantee for each family of odd ones. */
export const keys: readonly Guarantee[] = guarantees(
  'keys',
  Object.fromEntries(
    Object.entries(oddKeys).map(([name, family]) => [
      name,
      [
        `keys like ${family.map((key) => JSON.stringify(key.length > 24 ? `${key.slice(0, 20)}…` : key)).join(', ')} are kept as they are`,
        async ({ storage }: Trial) => {
          const below = family.flatMap((key) => [key, `odd/${key}`]);
          for (const [index, key] of below.entries()) await storage.write(key, sourceOf(randomBytes(20, index)));
          assert.deepEqual(await listedKeys(storage), below.toSorted());
          for (const [index, key] of below.entries()) {
            await assertHolds(storage, key, randomBytes(20, index));
            assert.deepEqual(
              await listedKeys(storage, key),
              below.filter((other) => other.startsWith(key)).sort(),
              `listed by prefix ${key}`,
            );
          }
          await storage.remove(below);
          assert.deepEqual(await listedKeys(storage), []);
        },
      ] as const,
    ]),
  ),
);
