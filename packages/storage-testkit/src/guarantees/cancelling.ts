import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';

import { randomBytes, readAll, sourceOf } from '../bytes.ts';
import { everyCall } from '../suite/calls.ts';
import { assertAbsent, assertHolds, assertKeys, assertSameBytes, failureOf, listed, settled } from '../suite/expectations.ts';
import { type Guarantee, guarantees } from '../suite/guarantee.ts';
import { manyKeys, putAll } from './listing.ts';

const reason = new Error('the user changed their mind');

/** What aborting a call promises. */
export const cancelling: readonly Guarantee[] = guarantees(
  { area: 'cancelling', look: 'how calls use their `signal`; they reject with `signal.reason` itself' },
  {
    before: [
      'a call whose signal is aborted already rejects with the reason',
      async ({ storage }) => {
        await storage.put('object', randomBytes(1000, 1));
        for (const [name, call] of everyCall(storage, 'object'))
          assert.equal(await failureOf(call(AbortSignal.abort(reason))), reason, name);
      },
    ],
    'before-does-nothing': [
      'a call whose signal is aborted already does nothing: nothing is written or removed',
      async ({ storage }) => {
        const bytes = randomBytes(1000, 1);
        await storage.put('object', bytes);
        const signal = AbortSignal.abort(reason);
        await failureOf(storage.write('new', sourceOf(bytes), { signal }));
        await failureOf(storage.write('object', sourceOf(randomBytes(9, 9)), { signal }));
        if (storage.offers.has('remove')) await failureOf(storage.remove(['object'], { signal }));
        await assertAbsent(storage, 'new');
        await assertHolds(storage, 'object', bytes);
      },
      { needs: ['write'] },
    ],
    'in-body': [
      'aborting while a body is read ends it with the reason, and the storage goes on',
      async ({ storage, limits }) => {
        const bytes = randomBytes(limits.bigObject, limits.seed);
        await storage.put('big', bytes);
        const controller = new AbortController();
        const reading = (async () => {
          for await (const chunk of await storage.read('big', { signal: controller.signal }))
            if (chunk.length > 0) controller.abort(reason);
        })();
        assert.equal(await failureOf(reading), reason);
        await assertHolds(storage, 'big', bytes);
      },
    ],
    'before-body': [
      'aborting between the answer and its first byte ends the body with the reason',
      async ({ storage }) => {
        await storage.put('object', randomBytes(3_000_000, 1));
        const controller = new AbortController();
        const stream = await storage.read('object', { signal: controller.signal });
        controller.abort(reason);
        assert.equal(await failureOf(readAll(stream)), reason);
      },
    ],
    'between-pages': [
      'aborting between two pages of a listing ends it with the reason',
      async (trial) => {
        const { storage } = trial;
        const keys = manyKeys(trial, 1);
        await putAll(storage, keys);
        const controller = new AbortController();
        const listing = (async () => {
          for await (const page of storage.list('', { signal: controller.signal })) if (page.length > 0) controller.abort(reason);
        })();
        assert.equal(await failureOf(listing), reason);
        assert.equal((await listed(storage)).length, keys.length, 'a listing afterwards');
      },
      { needs: ['list'] },
    ],
    'mid-upload': [
      'aborting an upload rejects with the reason and leaves nothing, no part of it either',
      async ({ storage, limits }) => {
        for (const size of [300_000, limits.bigObject]) {
          const controller = new AbortController();
          const before = (given: number): void => {
            if (given >= size / 2) controller.abort(reason);
          };
          const source = sourceOf(randomBytes(size, 1), { before });
          assert.equal(await failureOf(storage.write('new', source, { signal: controller.signal })), reason);
          await assertAbsent(storage, 'new');
        }
        await assertKeys(storage, []);
      },
      { needs: ['write'] },
    ],
    'old-stays': [
      'aborting an upload leaves the object that was there before as it was',
      async ({ storage, limits }) => {
        const old = randomBytes(10, 2);
        await storage.put('old', old);
        for (const size of [300_000, limits.bigObject]) {
          const controller = new AbortController();
          const before = (given: number): void => {
            if (given >= size / 2) controller.abort(reason);
          };
          await failureOf(storage.write('old', sourceOf(randomBytes(size, 1), { before }), { signal: controller.signal }));
          await assertHolds(storage, 'old', old);
        }
      },
      { needs: ['write'] },
    ],
    'waiting-source': [
      'an upload that waits for its source can be aborted',
      async ({ storage, limits }) => {
        for (const size of [300_000, limits.bigObject]) {
          const controller = new AbortController();
          let waiting: PromiseWithResolvers<void> | undefined;
          const before = (given: number): Promise<void> | undefined => {
            if (given < size / 2) return undefined;
            setTimeout(() => controller.abort(reason), 20);
            // a source that only goes on when somebody stops it
            controller.signal.addEventListener('abort', () => setTimeout(() => waiting?.resolve(), 20), { once: true });
            waiting ??= Promise.withResolvers<void>();
            return waiting.promise;
          };
          const source = sourceOf(randomBytes(size, 1), { before });
          assert.equal(await failureOf(storage.write('new', source, { signal: controller.signal })), reason);
          await assertAbsent(storage, 'new');
        }
      },
      { needs: ['write'] },
    ],
    'others-go-on': [
      'aborting one call leaves those beside it alone',
      async ({ storage, limits }) => {
        const bytes = randomBytes(limits.bigObject, limits.seed);
        const controller = new AbortController();
        const before = (given: number): void => {
          if (given > 0) controller.abort(reason);
        };
        const aborted = failureOf(storage.write('aborted', sourceOf(bytes, { before }), { signal: controller.signal }));
        const beside = storage.write('beside', sourceOf(bytes));
        assert.equal(await aborted, reason);
        await beside;
        await assertHolds(storage, 'beside', bytes);
        await assertAbsent(storage, 'aborted');
      },
      { needs: ['write'] },
    ],
    'all-at-once': [
      'one signal ends many calls, each with the reason',
      async ({ storage, limits }) => {
        await storage.put('big', randomBytes(limits.bigObject, limits.seed));
        const controller = new AbortController();
        const reads = Array.from({ length: Math.min(storage.traits.maxConnections, 8) }, async () => {
          for await (const chunk of await storage.read('big', { signal: controller.signal }))
            if (chunk.length > 0) controller.abort(reason);
        });
        for (const outcome of await Promise.all(reads.map(settled))) {
          assert.equal(outcome.status === 'rejected' ? outcome.reason : 'it went on', reason);
        }
      },
    ],
    'too-late': [
      'aborting when a call is done changes nothing',
      async ({ storage }) => {
        const bytes = randomBytes(1000, 1);
        const controller = new AbortController();
        const { signal } = controller;
        await storage.write('object', sourceOf(bytes), { signal });
        const read = await readAll(await storage.read('object', { signal }));
        controller.abort(reason);
        assertSameBytes(read, bytes, 'what was read before');
        await assertHolds(storage, 'object', bytes);
      },
      { needs: ['write'] },
    ],
    'lets-signal-go': [
      'a call that is done has taken its listeners off the signal: a long transfer does not pile them up',
      async ({ storage }) => {
        await storage.put('object', randomBytes(1000, 1));
        const { signal } = new AbortController();
        for (let time = 0; time < 5; time++) {
          for (const [name, call] of everyCall(storage, 'object')) if (name !== 'remove') await call(signal);
        }
        assert.ok(getEventListeners(signal, 'abort').length <= 2, `${getEventListeners(signal, 'abort').length} listeners are left`);
      },
    ],
  },
);
