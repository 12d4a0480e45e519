import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';

import { randomBytes, randomNumbers, readAll, sourceOf } from '../bytes.ts';
import { assertHolds, assertKeys, assertSameBytes, forEachAtOnce, listedKeys, settled } from '../suite/expectations.ts';
import { type Guarantee, guarantees } from '../suite/guarantee.ts';

/** What holds when calls run at once. */
export const concurrency: readonly Guarantee[] = guarantees(
  { area: 'concurrency', look: 'what calls share: connections, buffers, temporary names, folders that are being made' },
  {
    'many-calls': [
      'as many calls as the storage allows, of all kinds at once, do not mix up bytes',
      async ({ storage }) => {
        const numbers = Array.from({ length: 200 }, (_, index) => index);
        const goes = (index: number): boolean => storage.offers.has('remove') && index % 3 === 0;
        await forEachAtOnce(numbers, storage.traits.maxConnections, async (index) => {
          const bytes = randomBytes(index * 131, index);
          await storage.write(`object/${index}`, sourceOf(bytes));
          await assertHolds(storage, `object/${index}`, bytes);
          if (goes(index)) await storage.remove([`object/${index}`]);
        });
        await assertKeys(
          storage,
          numbers.filter((index) => !goes(index)).map((index) => `object/${index}`),
        );
      },
      { needs: ['write'] },
    ],
    'more-than-allowed': [
      'more calls than the storage likes are slower, not wrong',
      async ({ storage }) => {
        const bytes = randomBytes(5000, 1);
        await storage.put('object', bytes);
        const reads = Array.from({ length: storage.traits.maxConnections * 4 }, async () => readAll(await storage.read('object')));
        for (const read of await Promise.all(reads)) assertSameBytes(read, bytes, 'one of many reads');
      },
    ],
    'new-folder': [
      'many first objects of one new folder, written at once, all arrive',
      async ({ storage }) => {
        const names = Array.from({ length: 40 }, (_, index) => `new/folder/${index % 4}/object-${index}`);
        await Promise.all(names.map((name, index) => storage.write(name, sourceOf(randomBytes(50, index)))));
        for (const [index, name] of names.entries()) await assertHolds(storage, name, randomBytes(50, index));
        await assertKeys(storage, names);
      },
      { needs: ['write'] },
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
        await assertKeys(storage, ['object']);
      },
      { needs: ['write'] },
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
      { needs: ['write'] },
    ],
    'two-openings': [
      'what one opening of a remote writes another one sees',
      async (trial) => {
        const [writer, reader] = [await trial.open(trial.remote), await trial.open(trial.remote)];
        const bytes = randomBytes(100, 1);
        await writer.put('object', bytes);
        await assertHolds(reader, 'object', bytes);
        if (!reader.offers.has('remove')) return;
        await reader.remove(['object']);
        await assertKeys(writer, []);
      },
    ],
    'two-writers': [
      'two openings that write into the same new folders at once lose nothing',
      async (trial) => {
        const openings = [trial.storage, await trial.open(trial.remote)];
        const names = Array.from({ length: 30 }, (_, index) => `shared/${index % 3}/object-${index}`);
        await Promise.all(
          openings.flatMap((storage, side) => names.map((name) => storage.write(`${name}-${side}`, sourceOf(randomBytes(20, side))))),
        );
        for (const name of names) for (const side of [0, 1]) await assertHolds(trial.storage, `${name}-${side}`, randomBytes(20, side));
        if (trial.storage.offers.has('list')) assert.equal((await listedKeys(trial.storage, 'shared/')).length, 60);
      },
      { needs: ['write'] },
    ],
  },
);
