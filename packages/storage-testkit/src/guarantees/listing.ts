import assert from 'node:assert/strict';

import { randomBytes, sourceOf } from '../bytes.ts';
import { forEachAtOnce, listed, listedKeys } from '../suite/expectations.ts';
import { type FullStorage, type Guarantee, guarantees, type Trial } from '../suite/guarantee.ts';

/** Places an object of three bytes under every key. */
export async function putAll(storage: FullStorage, keys: readonly string[]): Promise<void> {
  await forEachAtOnce(keys, storage.traits.maxConnections, (key) => storage.put(key, randomBytes(3, 1)));
}

/** Keys for more than two pages, spread over folders like a cache's. */
export function manyKeys({ storage, limits }: Trial, pages = 2): readonly string[] {
  const count = Math.min(storage.traits.listPageSize * pages + 3, limits.manyObjects);
  return Array.from({ length: count }, (_, index) => `many/${(index % 7).toString(16)}/${index.toString().padStart(6, '0')}`);
}

/** What listing promises. */
export const listing: readonly Guarantee[] = guarantees(
  { area: 'listing', look: '`list`: its pages, and how it goes from one to the next', needs: ['put', 'list'] },
  {
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
        for (const size of [0, 1, 70_000]) await storage.put(`sizes/${size}`, randomBytes(size, 1));
        const found = (await listed(storage)).map(({ key, size }) => `${key} ${size}`).sort();
        assert.deepEqual(found, ['sizes/0 0', 'sizes/1 1', 'sizes/70000 70000']);
      },
    ],
    'no-folders': [
      'only objects are listed, never the folders on the way to them',
      async ({ storage }) => {
        await putAll(storage, ['a/b/c/d/e/object', 'a/b/other']);
        assert.deepEqual(await listedKeys(storage), ['a/b/c/d/e/object', 'a/b/other']);
      },
    ],
    'many-pages': [
      'over many pages each key comes exactly once, and no page is longer than it should be',
      async (trial) => {
        const keys = manyKeys(trial);
        await putAll(trial.storage, keys);
        const found: string[] = [];
        for await (const page of trial.storage.list('many/')) {
          assert.ok(page.length <= trial.storage.traits.listPageSize, `a page of ${page.length} objects`);
          found.push(...page.map(({ key }) => key));
        }
        assert.deepEqual(found.sort(), keys.toSorted());
      },
    ],
    'many-folders': [
      'objects spread over a hundred folders are all found, each once',
      async ({ storage }) => {
        const keys = Array.from({ length: 130 }, (_, index) => `files/md5/${(index % 100).toString(16).padStart(2, '0')}/${index}`);
        await putAll(storage, keys);
        assert.deepEqual(await listedKeys(storage, 'files/md5/'), keys.toSorted());
      },
    ],
    'early-stop': [
      'leaving the loop after a page is fine, and so is listing again',
      async (trial) => {
        const keys = manyKeys(trial, 1);
        await putAll(trial.storage, keys);
        for await (const page of trial.storage.list('')) {
          assert.ok(page.length > 0, 'an empty page before the end');
          break;
        }
        assert.equal((await listedKeys(trial.storage)).length, keys.length);
      },
    ],
    'at-once': [
      'listings at the same time, of different prefixes, do not mix',
      async ({ storage }) => {
        const keys = Array.from({ length: 60 }, (_, index) => `${index % 3}/${index}`);
        await putAll(storage, keys);
        const found = await Promise.all(['', '0/', '1/', '2/'].map((prefix) => listedKeys(storage, prefix)));
        const expected = ['', '0/', '1/', '2/'].map((prefix) => keys.filter((key) => key.startsWith(prefix)).sort());
        assert.deepEqual(found, expected);
      },
    ],
    'after-changes': [
      'a listing that begins after a write or a removal shows it',
      async ({ storage }) => {
        await putAll(storage, ['a', 'b']);
        assert.deepEqual(await listedKeys(storage), ['a', 'b']);
        await storage.remove(['a']);
        assert.deepEqual(await listedKeys(storage), ['b']);
        await putAll(storage, ['c']);
        assert.deepEqual(await listedKeys(storage), ['b', 'c']);
      },
      { needs: ['write', 'remove'] },
    ],
    'while-changing': [
      'while objects come and go, those that stay are listed exactly once',
      async (trial) => {
        const { storage } = trial;
        const staying = manyKeys(trial, 1).slice(0, 400);
        const going = Array.from({ length: 20 }, (_, index) => `many/3/going-${index}`);
        await putAll(storage, [...staying, ...going]);
        const found: string[] = [];
        let round = 0;
        for await (const page of storage.list('many/')) {
          found.push(...page.map(({ key }) => key));
          if (round < going.length) await storage.remove([going[round] ?? '']);
          await storage.write(`many/2/coming-${round++}`, sourceOf(randomBytes(3, 1)));
        }
        const stayed = new Set(staying);
        assert.deepEqual(found.filter((key) => stayed.has(key)).sort(), staying.toSorted());
        assert.equal(new Set(found).size, found.length, 'a key came twice');
      },
      { needs: ['write', 'remove'] },
    ],
  },
);
