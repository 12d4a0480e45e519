import { createHash } from 'node:crypto';

import type { ByteSource } from '@datapin/storage';

import { randomBytes, sourceOf } from '../bytes.ts';
import { assertHolds, assertKeys, failureOf } from '../suite/expectations.ts';
import { type Guarantee, guarantees, type Trial } from '../suite/guarantee.ts';

const old = randomBytes(5000, 7);

/** What a failing write makes of an object that was there before: nothing. */
async function survives({ storage, limits }: Trial, makeSource: (size: number) => ByteSource, md5?: string): Promise<void> {
  await storage.write('folder/old', sourceOf(old));
  for (const size of [1000, limits.bigObject]) {
    await failureOf(storage.write('folder/old', makeSource(size), md5 === undefined ? {} : { md5 }));
    await assertHolds(storage, 'folder/old', old);
  }
  await assertKeys(storage, ['folder/old'], '', 'what is listed after failed writes');
}

/** What writing over an object promises. */
export const replacing: readonly Guarantee[] = guarantees(
  {
    area: 'replacing',
    look: '`write` to a key that holds an object already: the old object may go only when the new one is whole',
    needs: ['write'],
  },
  {
    whole: [
      'an object of the same key is replaced whole, by a shorter and by a longer one',
      async ({ storage }) => {
        for (const size of [5000, 10, 9000, 0, 3]) {
          const bytes = randomBytes(size, size);
          await storage.write('object', sourceOf(bytes));
          await assertHolds(storage, 'object', bytes);
        }
        await assertKeys(storage, ['object']);
      },
    ],
    'at-once': [
      'the old object is readable, whole, until the last byte of the new one was given',
      async ({ storage, limits }) => {
        for (const size of [1000, limits.bigObject]) {
          await storage.write('object', sourceOf(old));
          const bytes = randomBytes(size, limits.seed);
          const before = async (given: number): Promise<void> => {
            if (given === bytes.length) await assertHolds(storage, 'object', old);
          };
          await storage.write('object', sourceOf(bytes, { before }));
          await assertHolds(storage, 'object', bytes);
        }
      },
    ],
    'short-source': [
      'the old object stays when the new one’s source ends early',
      (trial) => survives(trial, (size) => sourceOf(randomBytes(size, 1), { claimedSize: size + 1 })),
    ],
    'long-source': [
      'the old object stays when the new one’s source goes on too long',
      (trial) => survives(trial, (size) => sourceOf(randomBytes(size, 1), { claimedSize: size - 1 })),
    ],
    'failing-source': [
      'the old object stays when the new one’s source throws',
      (trial) =>
        survives(trial, (size) =>
          sourceOf(randomBytes(size, 1), {
            before: (given) => {
              if (given >= size / 2) throw new Error('the disk under the source failed');
            },
          }),
        ),
    ],
    'wrong-md5': [
      'the old object stays when the new one’s bytes do not have the MD5 they should have',
      (trial) => survives(trial, (size) => sourceOf(randomBytes(size, 1)), createHash('md5').update('something else').digest('hex')),
    ],
  },
);
