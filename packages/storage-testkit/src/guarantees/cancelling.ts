import assert from 'node:assert/strict';

import type { CallOptions } from '@datapin/storage';

import { randomBytes, sourceOf } from '../bytes.ts';
import { assertAbsent, assertHolds, failureOf, forEachAtOnce, listed, listedKeys } from '../suite/expectations.ts';
import { type FullStorage, type Guarantee, guarantees } from '../suite/guarantee.ts';

const reason = new Error('the user changed their mind');

async function firstPage(storage: FullStorage, options: CallOptions): Promise<void> {
  for await (const page of storage.list('', options)) if (page.length > 0) break;
}

/** What aborting a call promises. */
export const cancelling: readonly Guarantee[] = guarantees('cancelling', {
  before: [
    'a call whose signal is aborted already rejects with the reason and does nothing',
    async ({ storage }) => {
      const bytes = randomBytes(1000, 1);
      await storage.write('object', sourceOf(bytes));
      const signal = AbortSignal.abort(reason);
      assert.equal(await failureOf(storage.stat('object', { signal })), reason, 'stat');
      assert.equal(await failureOf(storage.read('object', { signal })), reason, 'read');
      assert.equal(await failureOf(firstPage(storage, { signal })), reason, 'list');
      assert.equal(await failureOf(storage.write('new', sourceOf(bytes), { signal })), reason, 'write');
      assert.equal(await failureOf(storage.remove(['object'], { signal })), reason, 'remove');
      await assertAbsent(storage, 'new');
      await assertHolds(storage, 'object', bytes);
    },
  ],
  'in-body': [
    'aborting while a body is read ends it with the reason, and the storage goes on',
    async ({ storage, limits }) => {
      const bytes = randomBytes(limits.bigObject, limits.seed);
      await storage.write('big', sourceOf(bytes));
      const controller = new AbortController();
      const reading = (async () => {
        for await (const chunk of await storage.read('big', { signal: controller.signal })) if (chunk.length > 0) controller.abort(reason);
      })();
      assert.equal(await failureOf(reading), reason);
      await assertHolds(storage, 'big', bytes);
    },
  ],
  'between-pages': [
    'aborting between two pages of a listing ends it with the reason',
    async ({ storage, limits }) => {
      const count = Math.min(storage.traits.listPageSize + 10, limits.manyObjects);
      const keys = Array.from({ length: count }, (_, index) => `many/${index}`);
      await forEachAtOnce(keys, storage.traits.maxConnections, (key) => storage.write(key, sourceOf(Uint8Array.of(1))));
      const controller = new AbortController();
      const listing = (async () => {
        for await (const page of storage.list('', { signal: controller.signal })) if (page.length > 0) controller.abort(reason);
      })();
      assert.equal(await failureOf(listing), reason);
      assert.equal((await listed(storage)).length, count, 'a listing afterwards');
    },
  ],
  'mid-upload': [
    'aborting an upload rejects with the reason and leaves nothing; what was there before stays',
    async ({ storage, limits }) => {
      const old = randomBytes(10, 2);
      await storage.write('old', sourceOf(old));
      for (const size of [300_000, limits.bigObject]) {
        for (const key of ['new', 'old']) {
          const controller = new AbortController();
          const before = (given: number): void => {
            if (given >= size / 2) controller.abort(reason);
          };
          const source = sourceOf(randomBytes(size, 1), { before });
          assert.equal(await failureOf(storage.write(key, source, { signal: controller.signal })), reason);
        }
      }
      await assertAbsent(storage, 'new');
      await assertHolds(storage, 'old', old);
      assert.deepEqual(await listedKeys(storage), ['old']);
    },
  ],
  'others-go-on': [
    'aborting one call leaves those beside it alone',
    async ({ storage, limits }) => {
      const bytes = randomBytes(limits.bigObject, limits.seed);
      const controller = new AbortController();
      const before = (given: number): void => {
        if (given > 0) controller.abort(reason);
      };
      const aborted = storage.write('aborted', sourceOf(bytes, { before }), { signal: controller.signal });
      const beside = storage.write('beside', sourceOf(bytes));
      assert.equal(await failureOf(aborted), reason);
      await beside;
      await assertHolds(storage, 'beside', bytes);
      await assertAbsent(storage, 'aborted');
    },
  ],
});
