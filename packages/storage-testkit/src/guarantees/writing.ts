import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import { randomBytes, sourceOf } from '../bytes.ts';
import { assertAbsent, assertHolds, assertKeys, failureOf, listedKeys } from '../suite/expectations.ts';
import { type Guarantee, guarantees } from '../suite/guarantee.ts';

/** What writing promises. */
export const writing: readonly Guarantee[] = guarantees(
  { area: 'writing', look: '`write`', needs: ['write'] },
  {
    'readable-when-resolved': [
      'an object is readable and listed as soon as its write resolves',
      async ({ storage }) => {
        for (let index = 0; index < 20; index++) {
          const bytes = randomBytes(100 + index, index);
          await storage.write(`deep/er/${index}`, sourceOf(bytes));
          await assertHolds(storage, `deep/er/${index}`, bytes);
        }
        if (storage.offers.has('list')) assert.equal((await listedKeys(storage)).length, 20, 'objects listed');
      },
    ],
    'visible-only-when-complete': [
      'nobody sees an object before its last byte was given: not by stat, read or list',
      async ({ storage, limits }) => {
        for (const size of [1000, limits.bigObject]) {
          const bytes = randomBytes(size, limits.seed);
          const key = `pending/${size}`;
          const before = async (given: number): Promise<void> => {
            if (given !== bytes.length) return;
            await assertAbsent(storage, key);
            if (storage.offers.has('list')) {
              assert.ok(!(await listedKeys(storage, 'pending/')).includes(key), 'an unfinished object is listed');
            }
          };
          await storage.write(key, sourceOf(bytes, { before }));
          await assertHolds(storage, key, bytes);
        }
        await assertKeys(storage, ['pending/1000', `pending/${limits.bigObject}`], '', 'nothing but the objects is left');
      },
    ],
    'new-folders': [
      'parents of an object are made as needed, twenty levels deep',
      async ({ storage }) => {
        const key = `${Array.from({ length: 20 }, (_, level) => `level-${level}`).join('/')}/object`;
        await storage.write(key, sourceOf(randomBytes(10, 1)));
        await assertHolds(storage, key, randomBytes(10, 1));
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
    'empty-chunks': [
      'chunks without a byte between the others change nothing',
      async ({ storage }) => {
        for (const size of [0, 5000, 700_000]) {
          const bytes = randomBytes(size, 1);
          const source = sourceOf(bytes);
          await storage.write(`gaps/${size}`, {
            size,
            open: async function* open(range) {
              yield new Uint8Array();
              for await (const chunk of source.open(range)) yield* [chunk, new Uint8Array()];
            },
          });
          await assertHolds(storage, `gaps/${size}`, bytes);
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
    'reopens-source': [
      'a write that is tried again opens its source anew: what the failed one took is not missing',
      async ({ storage, limits }) => {
        for (const size of [300_000, limits.bigObject]) {
          let tries = 0;
          const bytes = randomBytes(size, limits.seed);
          const source = sourceOf(bytes, {
            before: (given) => {
              if (given < size / 2) return;
              tries += 1;
              if (tries === 1) throw new Error('the first try fails in the middle');
            },
          });
          await failureOf(storage.write(`again/${size}`, source));
          await storage.write(`again/${size}`, source);
          await assertHolds(storage, `again/${size}`, bytes);
        }
      },
    ],
    'closes-source': [
      'every stream of the source is closed, also after a failure',
      async ({ storage }) => {
        let open = 0;
        const counted = (source: ReturnType<typeof sourceOf>): ReturnType<typeof sourceOf> => ({
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
    sync: [
      'the barrier, where there is one, resolves: with nothing written, and after writes and removals',
      async ({ storage }) => {
        await storage.sync();
        await storage.write('a/object', sourceOf(randomBytes(10, 1)));
        await storage.write('a/removed', sourceOf(randomBytes(10, 1)));
        if (storage.offers.has('remove')) await storage.remove(['a/removed']);
        await storage.sync();
        await assertHolds(storage, 'a/object', randomBytes(10, 1));
      },
    ],
  },
);
