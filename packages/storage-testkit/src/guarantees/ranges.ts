import type { ByteRange } from '@datapin/storage';

import { randomBytes, randomNumbers, readAll, sourceOf } from '../bytes.ts';
import { assertCode, assertSameBytes, failureOf, forEachAtOnce } from '../suite/expectations.ts';
import { type Guarantee, guarantees, type Trial } from '../suite/guarantee.ts';

const size = 300_007;

async function checkRanges({ storage, limits }: Trial, ranges: readonly ByteRange[]): Promise<void> {
  const bytes = randomBytes(size, limits.seed);
  await storage.write('object', sourceOf(bytes));
  for (const range of ranges) {
    const part = await readAll(await storage.read('object', { range }));
    assertSameBytes(part, bytes.subarray(range.start, range.end), `range ${range.start} to ${range.end} (seed ${limits.seed})`);
  }
}

/** What reading parts of an object promises. */
export const ranges: readonly Guarantee[] = guarantees('ranges', {
  edges: [
    'first byte, last byte, all but them, and the whole are exact',
    (trial) =>
      checkRanges(trial, [
        { start: 0, end: 1 },
        { start: size - 1, end: size },
        { start: 1, end: size - 1 },
        { start: 0, end: size },
        { start: 65_535, end: 65_537 },
      ]),
  ],
  random: [
    'fifty random ranges are exact',
    (trial) => {
      const next = randomNumbers(trial.limits.seed);
      const random = Array.from({ length: 50 }, () => {
        const start = Math.floor(next() * size);
        return { start, end: start + 1 + Math.floor(next() * (size - start)) };
      });
      return checkRanges(trial, random);
    },
  ],
  'of-big-object': [
    'parts of a big object, read at once, make up the whole',
    async ({ storage, limits }) => {
      const bytes = randomBytes(limits.bigObject, limits.seed);
      await storage.write('big', sourceOf(bytes));
      const whole = new Uint8Array(bytes.length);
      const length = Math.ceil(bytes.length / 7);
      const starts = Array.from({ length: 7 }, (_, index) => index * length);
      await forEachAtOnce(starts, 4, async (start) => {
        const range = { start, end: Math.min(start + length, bytes.length) };
        whole.set(await readAll(await storage.read('big', { range })), start);
      });
      assertSameBytes(whole, bytes, 'the parts together');
    },
  ],
  'of-missing-object': [
    'a part of what is not there is not-found',
    async ({ storage }) => {
      assertCode(await failureOf(storage.read('nothing', { range: { start: 0, end: 1 } })), ['not-found'], 'read of a part');
    },
  ],
});
