import assert from 'node:assert/strict';

import { randomBytes, readAll, sourceOf } from '../../bytes.ts';
import { everyCall } from '../../suite/calls.ts';
import { assertAbsent, failureOf, settled } from '../../suite/expectations.ts';
import { type Guarantee, guarantees } from '../../suite/guarantee.ts';
import { always, behindProxy } from './behind-proxy.ts';

const reason = new Error('enough');

/** What can be done about a store that keeps one waiting. */
export const waiting: readonly Guarantee[] = guarantees(
  { area: 'waiting', look: 'that `signal` reaches the request and the body, also while nothing happens', needs: ['put', 'httpOrigin'] },
  {
    'no-answer': [
      'every call that gets no answer can be aborted, and rejects with the reason',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          for (const [name, call] of everyCall(storage, 'object')) {
            proxy.inject({ kind: 'silence' }, always);
            const controller = new AbortController();
            setTimeout(() => controller.abort(reason), 100);
            assert.equal(await failureOf(call(controller.signal)), reason, name);
            proxy.heal();
          }
        }),
    ],
    'stalled-body': [
      'a body that stalls can be aborted, and rejects with the reason',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          proxy.inject({ kind: 'stall', after: 1000 }, { ...always, match: ({ method }) => method === 'GET' });
          const controller = new AbortController();
          setTimeout(() => controller.abort(reason), 200);
          const reading = storage.read('object', { signal: controller.signal }).then(readAll);
          assert.equal(await failureOf(reading), reason);
        }),
    ],
    'left-while-stalled': [
      'a body that stalls can be left: the iterator’s return() does not wait for the store',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          proxy.inject({ kind: 'stall', after: 1000 }, { ...always, match: ({ method }) => method === 'GET' });
          const stream = await storage.read('object');
          for await (const chunk of stream) if (chunk.length > 0) break;
          proxy.heal();
          assert.equal((await settled(storage.stat('object'))).status, 'fulfilled', 'the storage goes on');
        }),
    ],
    'closed-while-stalled': [
      'closing the storage ends a body that stalls, with an error',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          proxy.inject({ kind: 'stall', after: 1000 }, { ...always, match: ({ method }) => method === 'GET' });
          const reading = failureOf(storage.read('object').then(readAll));
          await new Promise((resolve) => setTimeout(resolve, 200));
          await storage[Symbol.asyncDispose]();
          await reading;
        }),
    ],
    'stalled-upload': [
      'an upload that the store does not answer can be aborted, and leaves nothing once the store is back',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          proxy.inject({ kind: 'silence' }, { match: ({ method }) => method === 'PUT' || method === 'POST', times: 1 });
          const controller = new AbortController();
          setTimeout(() => controller.abort(reason), 200);
          const writing = storage.write('new', sourceOf(randomBytes(500_000, 1)), { signal: controller.signal });
          assert.equal(await failureOf(writing), reason);
          proxy.heal();
          await assertAbsent(storage, 'new');
        }),
      { needs: ['write'] },
    ],
  },
);
