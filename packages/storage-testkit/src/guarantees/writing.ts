import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import type { ByteSource } from '@datapin/storage';

import { randomBytes, sourceOf } from '../bytes.ts';
import { assertAbsent, assertCode, assertHolds, failureOf, listedKeys, settled } from '../suite/expectations.ts';
import { type FullStorage, type Guarantee, guarantees } from '../suite/guarantee.ts';

/** A write that has to fail leaves no object, and the one that was there before as it was. Gives back why it failed. */
async function failsCleanly(storage: FullStorage, source: ByteSource): Promise<unknown> {
  const before = randomBytes(500, 7);
  await storage.write('folder/old', sourceOf(before));
  await failureOf(storage.write('folder/old', source));
  await assertHolds(storage, 'folder/old', before);
  const error = await failureOf(storage.write('folder/new', source));
  await assertAbsent(storage, 'folder/new');
  assert.deepEqual(await listedKeys(storage), ['folder/old'], 'what is listed after failed writes');
  return error;
}

/** Small, and above a multipart threshold: the two usually take different ways. */
function bothSizes(bigObject: number): readonly number[] {
  return [1000, bigObject];
}

/** What writing promises. */
export const writing: readonly Guarantee[] = guarantees('writing', {
  'readable-when-resolved': [
    'an object is listed and readable as soon as its write resolves',
    async ({ storage }) => {
      for (let index = 0; index < 20; index++) {
        const bytes = randomBytes(100 + index, index);
        await storage.write(`deep/er/${index}`, sourceOf(bytes));
        await assertHolds(storage, `deep/er/${index}`, bytes);
      }
      assert.equal((await listedKeys(storage)).length, 20, 'objects listed');
    },
  ],
  'visible-only-when-complete': [
    'nobody sees an object before its last byte was given: not by stat, read or list',
    async ({ storage, limits }) => {
      for (const size of bothSizes(limits.bigObject)) {
        const bytes = randomBytes(size, limits.seed);
        const key = `pending/${size}`;
        const before = async (given: number): Promise<void> => {
          if (given !== bytes.length) return;
          await assertAbsent(storage, key);
          assert.ok(!(await listedKeys(storage, 'pending/')).includes(key), 'an unfinished object is listed');
        };
        await storage.write(key, sourceOf(bytes, { before }));
        await assertHolds(storage, key, bytes);
      }
      assert.equal((await listedKeys(storage)).length, 2, 'nothing but the objects is left');
    },
  ],
  replaces: [
    'an object of the same key is replaced whole, by a shorter and by a longer one',
    async ({ storage }) => {
      for (const size of [5000, 10, 9000, 0, 3]) {
        const bytes = randomBytes(size, size);
        await storage.write('object', sourceOf(bytes));
        await assertHolds(storage, 'object', bytes);
      }
      assert.deepEqual(await listedKeys(storage), ['object']);
    },
  ],
  'big-object': [
    'an object above the threshold for parts arrives whole',
    async ({ storage, limits }) => {
      const bytes = randomBytes(limits.bigObject, limits.seed);
      await storage.write('big', sourceOf(bytes), { md5: createHash('md5').update(bytes).digest('hex') });
      await assertHolds(storage, 'big', bytes);
    },
  ],
  'any-chunks': [
    'the chunks of the source may have any length',
    async ({ storage }) => {
      for (const [chunkSize, size] of [
        [1, 3000],
        [7, 70_001],
        [5_000_000, 9_000_001],
      ] as const) {
        const bytes = randomBytes(size, size);
        await storage.write(`chunks/${chunkSize}`, sourceOf(bytes, { chunkSize }));
        await assertHolds(storage, `chunks/${chunkSize}`, bytes);
      }
    },
  ],
  'source-again': [
    'a source serves more than one write',
    async ({ storage, limits }) => {
      const bytes = randomBytes(limits.bigObject, limits.seed);
      const source = sourceOf(bytes);
      await storage.write('first', source);
      await storage.write('second', source);
      await assertHolds(storage, 'first', bytes);
      await assertHolds(storage, 'second', bytes);
    },
  ],
  'short-source': [
    'a source that ends early is refused as invalid-request and leaves nothing',
    async ({ storage, limits }) => {
      for (const size of bothSizes(limits.bigObject)) {
        const source = sourceOf(randomBytes(size, 1), { claimedSize: size + 1 });
        assertCode(await failsCleanly(storage, source), ['invalid-request'], 'write of a short source');
      }
    },
  ],
  'long-source': [
    'a source that goes on too long is refused as invalid-request and leaves nothing',
    async ({ storage, limits }) => {
      for (const size of bothSizes(limits.bigObject)) {
        const source = sourceOf(randomBytes(size, 1), { claimedSize: size - 1 });
        assertCode(await failsCleanly(storage, source), ['invalid-request'], 'write of a long source');
      }
    },
  ],
  'failing-source': [
    'an error of the source is passed on and leaves nothing',
    async ({ storage, limits }) => {
      for (const size of bothSizes(limits.bigObject)) {
        const failure = new Error('the disk under the source failed');
        const before = (given: number): void => {
          if (given >= size / 2) throw failure;
        };
        const error = await failsCleanly(storage, sourceOf(randomBytes(size, 1), { before, chunkSize: size / 4 }));
        assert.ok(
          error === failure || (error instanceof Error && error.cause === failure),
          `the error is the source's own, not ${String(error)}`,
        );
      }
    },
  ],
  'closes-source': [
    'every stream of the source is closed, also after a failure',
    async ({ storage }) => {
      let open = 0;
      const counted = (source: ByteSource): ByteSource => ({
        size: source.size,
        open: (range) => {
          open += 1;
          return source.open(range);
        },
      });
      const closed = (): void => {
        open -= 1;
      };
      await storage.write('fine', counted(sourceOf(randomBytes(300_000, 1), { closed })));
      assert.equal(open, 0, 'streams left open after a write');
      await failureOf(storage.write('long', counted(sourceOf(randomBytes(300_000, 1), { closed, claimedSize: 1000 }))));
      assert.equal(open, 0, 'streams left open after a failed write');
    },
  ],
  'wrong-md5': [
    'bytes that do not have the MD5 they should have are refused as invalid-request and leave nothing',
    async ({ storage, limits }) => {
      for (const size of bothSizes(limits.bigObject)) {
        const md5 = createHash('md5').update('something else').digest('hex');
        const outcome = await settled(storage.write(`wrong/${size}`, sourceOf(randomBytes(size, 1)), { md5 }));
        assert.equal(outcome.status, 'rejected', 'the store took bytes that are not those of the MD5');
        if (outcome.status === 'rejected') assertCode(outcome.reason, ['invalid-request'], 'write with a wrong MD5');
        await assertAbsent(storage, `wrong/${size}`);
      }
    },
  ],
  'right-md5': [
    'bytes that have the MD5 they should have are taken',
    async ({ storage }) => {
      for (const size of [0, 1, 100_000]) {
        const bytes = randomBytes(size, size);
        await storage.write(`right/${size}`, sourceOf(bytes), { md5: createHash('md5').update(bytes).digest('hex') });
        await assertHolds(storage, `right/${size}`, bytes);
      }
    },
  ],
  sync: [
    'the barrier, where there is one, resolves: with nothing written, and after writes and removals',
    async ({ storage }) => {
      await storage.sync();
      await storage.write('a/object', sourceOf(randomBytes(10, 1)));
      await storage.write('a/removed', sourceOf(randomBytes(10, 1)));
      await storage.remove(['a/removed']);
      await storage.sync();
      await assertHolds(storage, 'a/object', randomBytes(10, 1));
    },
  ],
});
