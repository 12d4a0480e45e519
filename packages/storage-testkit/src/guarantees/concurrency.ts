import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';

import { randomBytes, randomNumbers, readAll, sourceOf } from '../bytes.ts';
import { assertHolds, assertSameBytes, forEachAtOnce, listedKeys, settled } from '../suite/expectations.ts';
import { type Guarantee, guarantees } from '../suite/guarantee.ts';

/** What holds when calls run at once. */
export const concurrency: readonly Guarantee[] = guarantees('concurrency', {
  'many-calls': [
    'as many calls as the storage allows, of all kinds at once, do not mix up bytes',
    async ({ storage }) => {
      const numbers = Array.from({ length: 200 }, (_, index) => index);
      await forEachAtOnce(numbers, storage.traits.maxConnections, async (index) => {
        const bytes = randomBytes(index * 131, index);
        await storage.write(`object/${index}`, sourceOf(bytes));
        await assertHolds(storage, `object/${index}`, bytes);
        if (index % 3 === 0) await storage.remove([`object/${index}`]);
      });
      assert.equal((await listedKeys(storage)).length, numbers.filter((index) => index % 3 !== 0).length);
    },
  ],
  'more-than-allowed': [
    'more calls than the storage likes are slower, not wrong',
    async ({ storage }) => {
      const bytes = randomBytes(5000, 1);
      await storage.write('object', sourceOf(bytes));
      const reads = Array.from({ length: storage.traits.maxConnections * 4 }, async () => readAll(await storage.read('object')));
      for (const read of await Promise.all(reads)) assertSameBytes(read, bytes, 'one of many reads');
    },
  ],
  'same-key': [
    'of writers of one key one wins whole',
    async ({ storage, limits }) => {
      for (const size of [2000, limits.bigObject]) {
        const versions = [1, 2, 3, 4].map((seed) => randomBytes(size, seed));
        // different lengths of chunks and waits, so that the writers overtake each other
        const next = randomNumbers(limits.seed);
        const before = (): Promise<void> | undefined => (next() < 0.5 ? setImmediate() : undefined);
        await Promise.all(
          versions.map((bytes, index) => storage.write('object', sourceOf(bytes, { before, chunkSize: 700 * 10 ** index }))),
        );
        const final = await readAll(await storage.read('object'));
        assert.ok(
          versions.some((bytes) => Buffer.compare(bytes, final) === 0),
          'the object is none of what was written',
        );
      }
      assert.deepEqual(await listedKeys(storage), ['object']);
    },
  ],
  'replaced-while-read': [
    'a reader of an object that is replaced gets the old bytes or an error, never a mixture',
    async ({ storage, limits }) => {
      const old = randomBytes(limits.bigObject, 1);
      await storage.write('object', sourceOf(old));
      const reading = (async () => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of await storage.read('object')) {
          if (chunks.length === 0) await storage.write('object', sourceOf(randomBytes(limits.bigObject, 2)));
          chunks.push(chunk);
        }
        return new Uint8Array(Buffer.concat(chunks));
      })();
      const outcome = await settled(reading);
      if (outcome.status === 'fulfilled') assertSameBytes(outcome.value, old, 'the object read while it was replaced');
    },
  ],
  'two-openings': [
    'what one opening of a remote writes another one sees',
    async (trial) => {
      const remote = await trial.server.emptyRemote();
      const [writer, reader] = [await trial.open(remote), await trial.open(remote)];
      const bytes = randomBytes(100, 1);
      await writer.write('object', sourceOf(bytes));
      await assertHolds(reader, 'object', bytes);
      await reader.remove(['object']);
      assert.deepEqual(await listedKeys(writer), []);
    },
  ],
});
