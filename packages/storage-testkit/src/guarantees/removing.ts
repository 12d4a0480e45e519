import assert from 'node:assert/strict';

import { randomBytes, sourceOf } from '../bytes.ts';
import { assertAbsent, assertHolds, assertKeys, assertSameBytes, settled } from '../suite/expectations.ts';
import { type Guarantee, guarantees } from '../suite/guarantee.ts';
import { putAll } from './listing.ts';

const bytes = randomBytes(10, 1);

/** What removing promises. */
export const removing: readonly Guarantee[] = guarantees(
  { area: 'removing', look: '`remove`', needs: ['put', 'remove'] },
  {
    gone: [
      'what was removed is not-found and not listed; everything else stays',
      async ({ storage }) => {
        for (const key of ['a', 'ab', 'folder/a', 'folder/b']) await storage.put(key, bytes);
        await storage.remove(['a', 'folder/a']);
        await assertAbsent(storage, 'a');
        await assertAbsent(storage, 'folder/a');
        await assertHolds(storage, 'folder/b', bytes);
        await assertHolds(storage, 'ab', bytes);
        await assertKeys(storage, ['ab', 'folder/b']);
      },
    ],
    'not-there': [
      'removing what is not there succeeds, alone and among others',
      async ({ storage }) => {
        await storage.remove(['never/was']);
        await storage.put('a', bytes);
        await storage.remove(['never/was', 'a', 'nor/this', 'a/nor/that']);
        await assertAbsent(storage, 'a');
      },
    ],
    none: [
      'removing no keys at all succeeds and removes nothing',
      async ({ storage }) => {
        await storage.put('a', bytes);
        await storage.remove([]);
        await assertHolds(storage, 'a', bytes);
      },
    ],
    again: [
      'a key that is named twice in one call, or removed a second time, is no failure',
      async ({ storage }) => {
        await storage.put('a', bytes);
        await storage.remove(['a', 'a']);
        await storage.remove(['a']);
        await assertAbsent(storage, 'a');
      },
    ],
    many: [
      'more keys than a page holds are removed by one call',
      async ({ storage, limits }) => {
        const count = Math.min(storage.traits.listPageSize + 2, limits.manyObjects);
        const keys = Array.from({ length: count }, (_, index) => `many/${index}`);
        await putAll(storage, [...keys, 'stays']);
        await storage.remove(keys);
        for (const key of [keys[0] ?? '', keys.at(-1) ?? '']) await assertAbsent(storage, key);
        assert.equal((await storage.stat('stays')).size, 3);
        await assertKeys(storage, ['stays']);
      },
    ],
    'prefix-stays': [
      'removing a key leaves the keys below it alone',
      async ({ storage }) => {
        await storage.put('folder/object', bytes);
        await storage.remove(['folder', 'folder/']).catch(() => {});
        await assertHolds(storage, 'folder/object', bytes);
      },
    ],
    'last-of-folder': [
      'when the last object of a folder is gone nothing is listed there, and its neighbours stay',
      async ({ storage }) => {
        for (const key of ['a/b/only', 'a/c']) await storage.put(key, bytes);
        await storage.remove(['a/b/only']);
        await assertKeys(storage, [], 'a/b/');
        await assertKeys(storage, ['a/c']);
        await assertHolds(storage, 'a/c', bytes);
      },
    ],
    'written-again': [
      'a removed key can be written again',
      async ({ storage }) => {
        await storage.put('folder/object', bytes);
        await storage.remove(['folder/object']);
        await storage.put('folder/object', bytes);
        await assertHolds(storage, 'folder/object', bytes);
      },
    ],
    'at-once': [
      'two removals of the same keys at the same time both succeed',
      async ({ storage }) => {
        const keys = Array.from({ length: 30 }, (_, index) => `object/${index}`);
        await putAll(storage, keys);
        await Promise.all([storage.remove(keys), storage.remove(keys.toReversed())]);
        for (const key of keys.slice(0, 3)) await assertAbsent(storage, key);
        await assertKeys(storage, []);
      },
    ],
    'while-read': [
      'a reader of an object that is removed gets all its bytes or an error, never a part',
      async ({ storage, limits }) => {
        const large = randomBytes(4_000_000, limits.seed);
        await storage.write('large', sourceOf(large));
        const reading = (async () => {
          const chunks: Uint8Array[] = [];
          for await (const chunk of await storage.read('large')) {
            if (chunks.length === 0) await storage.remove(['large']);
            chunks.push(chunk);
          }
          return new Uint8Array(Buffer.concat(chunks));
        })();
        const outcome = await settled(reading);
        if (outcome.status === 'fulfilled') assertSameBytes(outcome.value, large, 'the object read while it was removed');
        await assertAbsent(storage, 'large');
      },
      { needs: ['write'] },
    ],
  },
);
