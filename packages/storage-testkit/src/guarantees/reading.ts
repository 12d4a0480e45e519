import assert from 'node:assert/strict';

import { randomBytes, readAll, sourceOf } from '../bytes.ts';
import { assertAbsent, assertHolds, assertSameBytes, forEachAtOnce } from '../suite/expectations.ts';
import { type Guarantee, guarantees } from '../suite/guarantee.ts';

/** What reading promises. */
export const reading: readonly Guarantee[] = guarantees('reading', {
  'same-bytes': [
    'an object of any size reads back byte for byte, and stat tells its size',
    async ({ storage, limits }) => {
      for (const size of [1, 2, 1023, 65_536, 65_537, 1_048_576, 1_048_577]) {
        const bytes = randomBytes(size, limits.seed + size);
        await storage.write(`size/${size}`, sourceOf(bytes));
        await assertHolds(storage, `size/${size}`, bytes);
      }
    },
  ],
  'empty-object': [
    'an empty object is there, has size 0 and reads as no bytes',
    async ({ storage }) => {
      await storage.write('empty', sourceOf(new Uint8Array()));
      await assertHolds(storage, 'empty', new Uint8Array());
    },
  ],
  'missing-object': [
    'an object that is not there is not-found, before any byte is read',
    ({ storage }) => assertAbsent(storage, 'no/such/object'),
  ],
  'prefix-is-no-object': [
    'what only other keys begin with is not an object',
    async ({ storage }) => {
      await storage.write('folder/inner/object', sourceOf(randomBytes(10, 1)));
      for (const key of ['folder', 'folder/inner', 'folder/inner/obj']) await assertAbsent(storage, key);
    },
  ],
  'below-an-object': [
    'a key below an object is not-found',
    async ({ storage }) => {
      await storage.write('plain', sourceOf(randomBytes(10, 1)));
      await assertAbsent(storage, 'plain/below');
    },
  ],
  'chunks-belong-to-reader': [
    'a chunk keeps its bytes after later ones were read',
    async ({ storage, limits }) => {
      const bytes = randomBytes(limits.bigObject, limits.seed);
      await storage.write('big', sourceOf(bytes));
      const chunks: Uint8Array[] = [];
      for await (const chunk of await storage.read('big')) chunks.push(chunk);
      assertSameBytes(new Uint8Array(Buffer.concat(chunks)), bytes, 'chunks kept to the end');
    },
  ],
  'leaving-early': [
    'leaving the loop early releases what the read held: many such reads exhaust nothing',
    async ({ storage, limits }) => {
      const bytes = randomBytes(limits.bigObject, limits.seed);
      await storage.write('big', sourceOf(bytes));
      const reads = Array.from({ length: storage.traits.maxConnections * 3 }, (_, index) => index);
      await forEachAtOnce(reads, storage.traits.maxConnections, async () => {
        for await (const chunk of await storage.read('big')) {
          assert.ok(chunk.length > 0, 'chunks are not empty');
          break;
        }
      });
      assertSameBytes(await readAll(await storage.read('big')), bytes, 'a whole read afterwards');
    },
  ],
  'never-started': [
    'a body that nobody reads holds up nothing',
    async ({ storage, limits }) => {
      const bytes = randomBytes(100_000, limits.seed);
      await storage.write('object', sourceOf(bytes));
      await storage.read('object');
      await assertHolds(storage, 'object', bytes);
    },
  ],
});
