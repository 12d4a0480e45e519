import assert from 'node:assert/strict';

import { randomBytes } from '../bytes.ts';
import { assertCode, failureOf } from '../suite/expectations.ts';
import { type Guarantee, guarantees } from '../suite/guarantee.ts';

/** What asking for an object's size and identity promises. */
export const stat: readonly Guarantee[] = guarantees(
  { area: 'stat', look: '`stat`' },
  {
    size: [
      'stat tells the size of objects, from none to millions of bytes',
      async ({ storage }) => {
        for (const size of [0, 1, 1023, 65_536, 1_048_577, 3_000_000]) {
          await storage.put(`size/${size}`, randomBytes(size, size));
          assert.equal((await storage.stat(`size/${size}`)).size, size);
        }
      },
    ],
    key: [
      'stat gives the key back as it was asked for',
      async ({ storage }) => {
        for (const key of ['object', 'a folder/an object', 'a%20b/c+d']) {
          await storage.put(key, randomBytes(1, 1));
          assert.equal((await storage.stat(key)).key, key);
        }
      },
    ],
    missing: [
      'stat of what is not there is not-found, whether its folder is there or not',
      async ({ storage }) => {
        await storage.put('folder/object', randomBytes(1, 1));
        for (const key of ['no/such/object', 'folder/other', 'folder/object-']) {
          assertCode(await failureOf(storage.stat(key)), ['not-found'], `stat of ${key}`);
        }
      },
    ],
    'no-folders': [
      'stat of what only other keys begin with is not-found',
      async ({ storage }) => {
        await storage.put('folder/inner/object', randomBytes(1, 1));
        for (const key of ['folder', 'folder/inner']) assertCode(await failureOf(storage.stat(key)), ['not-found'], `stat of ${key}`);
      },
    ],
    'after-replacing': [
      'stat tells the new size, and a new etag where there are etags, once an object was replaced',
      async ({ storage }) => {
        await storage.put('object', randomBytes(100, 1));
        const before = await storage.stat('object');
        await storage.put('object', randomBytes(90, 2));
        const after = await storage.stat('object');
        assert.equal(after.size, 90);
        if (before.etag !== undefined) assert.notEqual(after.etag, before.etag, 'the etag of other bytes');
      },
    ],
  },
);
