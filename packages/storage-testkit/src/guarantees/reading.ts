import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { randomBytes, readAll } from '../bytes.ts';
import { assertAbsent, assertCode, assertHolds, assertSameBytes, failureOf, forEachAtOnce, settled } from '../suite/expectations.ts';
import { type Guarantee, guarantees } from '../suite/guarantee.ts';

/** More than fits in the buffers between a store and its reader. */
const large = 4_000_000;

/** What reading promises. */
export const reading: readonly Guarantee[] = guarantees(
  { area: 'reading', look: '`read` and the stream that it resolves with' },
  {
    'same-bytes': [
      'an object of any size reads back byte for byte',
      async ({ storage, limits }) => {
        for (const size of [1, 2, 1023, 65_536, 65_537, 1_048_576, 1_048_577]) {
          const bytes = randomBytes(size, limits.seed + size);
          await storage.put(`size/${size}`, bytes);
          assertSameBytes(await readAll(await storage.read(`size/${size}`)), bytes, `${size} bytes`);
        }
      },
    ],
    'empty-object': [
      'an empty object is there, has size 0 and reads as no bytes',
      async ({ storage }) => {
        await storage.put('empty', new Uint8Array());
        await assertHolds(storage, 'empty', new Uint8Array());
      },
    ],
    'missing-object': [
      'an object that is not there is not-found, before any byte is read',
      async ({ storage }) => assertCode(await failureOf(storage.read('no/such/object')), ['not-found'], 'read'),
    ],
    'prefix-is-no-object': [
      'what only other keys begin with is not an object',
      async ({ storage }) => {
        await storage.put('folder/inner/object', randomBytes(10, 1));
        for (const key of ['folder', 'folder/inner', 'folder/inner/obj']) await assertAbsent(storage, key);
      },
    ],
    'below-an-object': [
      'a key below an object is not-found',
      async ({ storage }) => {
        await storage.put('plain', randomBytes(10, 1));
        await assertAbsent(storage, 'plain/below');
      },
    ],
    again: [
      'an object reads the same any number of times',
      async ({ storage, limits }) => {
        const bytes = randomBytes(200_000, limits.seed);
        await storage.put('object', bytes);
        for (let time = 1; time <= 5; time++) assertSameBytes(await readAll(await storage.read('object')), bytes, `time ${time}`);
      },
    ],
    'two-streams': [
      'two streams of one object, read in turns, give all bytes each',
      async ({ storage, limits }) => {
        const bytes = randomBytes(large, limits.seed);
        await storage.put('large', bytes);
        const streams = await Promise.all([storage.read('large'), storage.read('large')]);
        for (const read of await Promise.all(streams.map(readAll))) assertSameBytes(read, bytes, 'one of two streams');
      },
    ],
    'chunks-are-bytes': [
      'a stream yields Uint8Arrays',
      async ({ storage }) => {
        await storage.put('object', randomBytes(100_000, 1));
        for await (const chunk of await storage.read('object')) assert.ok(chunk instanceof Uint8Array, typeof chunk);
      },
    ],
    'chunks-belong-to-reader': [
      'a chunk keeps its bytes after later ones were read',
      async ({ storage, limits }) => {
        const bytes = randomBytes(large, limits.seed);
        await storage.put('large', bytes);
        const chunks: Uint8Array[] = [];
        for await (const chunk of await storage.read('large')) chunks.push(chunk);
        assertSameBytes(new Uint8Array(Buffer.concat(chunks)), bytes, 'chunks kept to the end');
      },
    ],
    'slow-reader': [
      'a reader that takes its time gets every byte',
      async ({ storage, limits }) => {
        const bytes = randomBytes(large, limits.seed);
        await storage.put('large', bytes);
        const chunks: Uint8Array[] = [];
        for await (const chunk of await storage.read('large')) {
          if (chunks.length < 3) await sleep(150);
          chunks.push(chunk);
        }
        assertSameBytes(new Uint8Array(Buffer.concat(chunks)), bytes, 'bytes read slowly');
      },
    ],
    'leaving-early': [
      'leaving the loop early releases what the read held: many such reads exhaust nothing',
      async ({ storage, limits }) => {
        const bytes = randomBytes(large, limits.seed);
        await storage.put('large', bytes);
        const reads = Array.from({ length: storage.traits.maxConnections * 3 }, (_, index) => index);
        await forEachAtOnce(reads, storage.traits.maxConnections, async () => {
          for await (const chunk of await storage.read('large')) if (chunk.length > 0) break;
        });
        const outcome = await settled(storage.read('large').then(readAll));
        assert.ok(outcome.status === 'fulfilled', 'a whole read afterwards fails');
        assertSameBytes(outcome.value, bytes, 'a whole read afterwards');
      },
    ],
    'never-started': [
      'a body that nobody reads holds up nothing',
      async ({ storage, limits }) => {
        const bytes = randomBytes(100_000, limits.seed);
        await storage.put('object', bytes);
        await storage.read('object');
        await assertHolds(storage, 'object', bytes);
      },
    ],
  },
);
