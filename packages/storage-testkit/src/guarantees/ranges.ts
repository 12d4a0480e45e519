import type { ByteRange } from '@datapin/storage';

import { randomBytes, randomNumbers, readAll } from '../bytes.ts';
import { assertCode, assertFailure, assertSameBytes, failureOf, forEachAtOnce } from '../suite/expectations.ts';
import { type Guarantee, guarantees, type Trial } from '../suite/guarantee.ts';

const size = 300_007;

async function checkRanges({ storage, limits }: Trial, ranges: readonly ByteRange[]): Promise<void> {
  const bytes = randomBytes(size, limits.seed);
  await storage.put('object', bytes);
  for (const range of ranges) {
    const part = await readAll(await storage.read('object', { range }));
    assertSameBytes(part, bytes.subarray(range.start, range.end), `range ${range.start} to ${range.end} (seed ${limits.seed})`);
  }
}

/** What reading parts of an object promises. */
export const ranges: readonly Guarantee[] = guarantees(
  { area: 'ranges', look: '`read` with `range`; its `end` is excluded, that of an HTTP range is not' },
  {
    edges: [
      'first byte, last byte, all but them, and bytes around a power of two are exact',
      (trial) =>
        checkRanges(trial, [
          { start: 0, end: 1 },
          { start: size - 1, end: size },
          { start: 1, end: size - 1 },
          { start: 65_535, end: 65_537 },
        ]),
    ],
    whole: ['the range of all bytes is the whole object', (trial) => checkRanges(trial, [{ start: 0, end: size }])],
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
        await storage.put('big', bytes);
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
    'past-the-end': [
      'a part that reaches past the end of the object fails, it never comes short',
      async ({ storage }) => {
        await storage.put('object', randomBytes(1000, 1));
        const reading = (async () => readAll(await storage.read('object', { range: { start: 990, end: 1010 } })))();
        assertFailure(await failureOf(reading), 'a part from 990 to 1010 of 1000 bytes');
      },
    ],
    'behind-the-end': [
      'a part that begins behind the end of the object fails, and not as not-found',
      async ({ storage }) => {
        await storage.put('object', randomBytes(1000, 1));
        const reading = (async () => readAll(await storage.read('object', { range: { start: 2000, end: 2010 } })))();
        assertFailure(await failureOf(reading), 'a part from 2000 to 2010 of 1000 bytes');
      },
    ],
    'leaving-early': [
      'leaving a part early is fine, and the next part is exact',
      async ({ storage, limits }) => {
        const bytes = randomBytes(2_000_000, limits.seed);
        await storage.put('object', bytes);
        for await (const chunk of await storage.read('object', { range: { start: 10, end: 1_900_000 } })) if (chunk.length > 0) break;
        const part = await readAll(await storage.read('object', { range: { start: 1_900_000, end: 1_900_100 } }));
        assertSameBytes(part, bytes.subarray(1_900_000, 1_900_100), 'the next part');
      },
    ],
  },
);
