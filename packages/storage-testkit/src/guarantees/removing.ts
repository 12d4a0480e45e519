import assert from 'node:assert/strict';

import { randomBytes, sourceOf } from '../bytes.ts';
import { assertAbsent, assertHolds, forEachAtOnce, listedKeys } from '../suite/expectations.ts';
import { type Guarantee, guarantees } from '../suite/guarantee.ts';

const bytes = randomBytes(10, 1);

/** What removing promises. */
export const removing: readonly Guarantee[] = guarantees('removing', {
  gone: [
    'what was removed is not-found and not listed; everything else stays',
    async ({ storage }) => {
      for (const key of ['a', 'ab', 'folder/a', 'folder/b']) await storage.write(key, sourceOf(bytes));
      await storage.remove(['a', 'folder/a']);
      await assertAbsent(storage, 'a');
      await assertAbsent(storage, 'folder/a');
      await assertHolds(storage, 'folder/b', bytes);
      assert.deepEqual(await listedKeys(storage), ['ab', 'folder/b']);
    },
  ],
  'not-there': [
    'removing what is not there succeeds, alone and among others',
    async ({ storage }) => {
      await storage.remove(['never/was']);
      await storage.write('a', sourceOf(bytes));
      await storage.remove(['never/was', 'a', 'nor/this', 'a/nor/that']);
      await assertAbsent(storage, 'a');
    },
  ],
  none: ['removing no keys at all succeeds', ({ storage }) => storage.remove([])],
  many: [
    'more keys than a page holds are removed by one call',
    async ({ storage, limits }) => {
      const count = Math.min(storage.traits.listPageSize + 2, limits.manyObjects);
      const keys = Array.from({ length: count }, (_, index) => `many/${index}`);
      await forEachAtOnce(keys, storage.traits.maxConnections, (key) => storage.write(key, sourceOf(bytes)));
      await storage.write('stays', sourceOf(bytes));
      await storage.remove(keys);
      assert.deepEqual(await listedKeys(storage), ['stays']);
    },
  ],
  'prefix-stays': [
    'removing a key leaves the keys below it alone',
    async ({ storage }) => {
      await storage.write('folder/object', sourceOf(bytes));
      await storage.remove(['folder', 'folder/']).catch(() => {});
      await assertHolds(storage, 'folder/object', bytes);
    },
  ],
  'written-again': [
    'a removed key can be written again',
    async ({ storage }) => {
      await storage.write('folder/object', sourceOf(bytes));
      await storage.remove(['folder/object']);
      await storage.write('folder/object', sourceOf(bytes));
      await assertHolds(storage, 'folder/object', bytes);
    },
  ],
});
