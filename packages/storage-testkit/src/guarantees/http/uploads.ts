import assert from 'node:assert/strict';

import { randomBytes, sourceOf } from '../../bytes.ts';
import type { Fault } from '../../faults/fault.ts';
import { assertAbsent, assertFailure, assertHolds, assertPassing, failureOf, listedKeys, settled } from '../../suite/expectations.ts';
import { type Guarantee, guarantees } from '../../suite/guarantee.ts';
import { threeTries } from '../../three-tries.ts';
import { always, behindProxy } from './behind-proxy.ts';
import { hitEachRequest } from './hit-each-request.ts';

const faults: readonly Fault[] = [{ kind: 'reset' }, { kind: 'status', status: 503 }];

/** What uploads promise when the way to the store is bad. */
export const uploads: readonly Guarantee[] = guarantees(
  { area: 'uploads', look: 'each request of a `write`, and what is cleaned up when one fails', needs: ['put', 'write', 'httpOrigin'] },
  {
    'any-request-fails': [
      'whichever request of a write fails, the write fails as one that may pass and leaves nothing, or it succeeds whole',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          for (const fault of faults) {
            await hitEachRequest(proxy, fault, 12, async (number) => {
              const key = `${fault.kind}/${number}/object`;
              const bytes = randomBytes(5000, number);
              const outcome = await settled(storage.write(key, sourceOf(bytes)));
              proxy.heal();
              if (outcome.status === 'fulfilled') return assertHolds(storage, key, bytes);
              assertPassing(outcome.reason, `a write whose request ${number} fails by ${fault.kind}`);
              return assertAbsent(storage, key);
            });
          }
        }),
    ],
    'any-request-of-big-fails': [
      'the same holds for an object in parts: first, second and a later request',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          const bytes = randomBytes(trial.limits.bigObject, 1);
          for (const number of [1, 2, 4]) {
            let seen = 0;
            proxy.inject({ kind: 'reset' }, { match: () => ++seen === number });
            const outcome = await settled(storage.write(`big/${number}`, sourceOf(bytes)));
            proxy.heal();
            if (outcome.status === 'fulfilled') await assertHolds(storage, `big/${number}`, bytes);
            else {
              assertPassing(outcome.reason, `a big write whose request ${number} fails`);
              await assertAbsent(storage, `big/${number}`);
            }
          }
        }),
    ],
    steps: [
      'where the caller repeats the steps of a write, an object in parts is whole whichever of its requests fails for a moment, or the write fails',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          const bytes = randomBytes(trial.limits.bigObject, 1);
          for (const number of [1, 2, 3, 5]) {
            let seen = 0;
            proxy.inject({ kind: 'reset' }, { match: () => ++seen === number });
            const key = `steps/${number}`;
            const outcome = await settled(storage.write(key, sourceOf(bytes), { step: threeTries }));
            proxy.heal();
            if (outcome.status === 'fulfilled') await assertHolds(storage, key, bytes);
            else {
              assertPassing(outcome.reason, `a write in steps whose request ${number} fails`);
              await assertAbsent(storage, key);
            }
          }
        }),
    ],
    'any-answer-lost': [
      'whichever answer is lost, the object is whole or absent, and writing it again makes it right, once',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          await hitEachRequest(proxy, { kind: 'lost-answer' }, 12, async (number) => {
            const key = `lost/${number}/object`;
            const bytes = randomBytes(5000, number);
            const outcome = await settled(storage.write(key, sourceOf(bytes)));
            proxy.heal();
            if (outcome.status === 'rejected') assertPassing(outcome.reason, `a write whose answer ${number} is lost`);
            const found = await settled(storage.stat(key));
            if (found.status === 'fulfilled') await assertHolds(storage, key, bytes);
            await storage.write(key, sourceOf(bytes));
            await assertHolds(storage, key, bytes);
            if (storage.offers.has('list')) assert.deepEqual(await listedKeys(storage, `lost/${number}/`), [key]);
          });
        }),
    ],
    cut: [
      'an upload whose connection breaks fails as one that may pass, and leaves nothing',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          for (const size of [300_000, trial.limits.bigObject]) {
            proxy.inject({ kind: 'cut-upload', after: 100_000 }, always);
            assertPassing(await failureOf(storage.write(`new/${size}`, sourceOf(randomBytes(size, 1)))), 'a broken upload');
            proxy.heal();
            await assertAbsent(storage, `new/${size}`);
          }
        }),
    ],
    'old-survives': [
      'an upload whose connection breaks leaves the object that was there before as it was',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          const old = randomBytes(1000, 3);
          await storage.write('old', sourceOf(old));
          for (const size of [300_000, trial.limits.bigObject]) {
            proxy.inject({ kind: 'cut-upload', after: 100_000 }, always);
            await failureOf(storage.write('old', sourceOf(randomBytes(size, 1))));
            proxy.heal();
            await assertHolds(storage, 'old', old);
          }
        }),
    ],
    'refused-early': [
      'a refusal that comes while the body is still on its way ends the upload with an error, and leaves nothing',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          for (const status of [403, 507]) {
            const match = ({ method }: { readonly method: string }): boolean => method === 'PUT' || method === 'POST';
            proxy.inject({ kind: 'status', status, early: true }, { ...always, match });
            const writing = storage.write(`early/${status}`, sourceOf(randomBytes(3_000_000, 1)));
            assertFailure(await failureOf(writing), `an upload refused early by ${status}`);
            proxy.heal();
            await assertAbsent(storage, `early/${status}`);
          }
        }),
    ],
    'states-length': [
      'an upload states its length: many servers refuse, or store as empty, what comes in chunks of unknown number',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          const before = proxy.requests.length;
          for (const size of [0, 1000, 2_000_000]) await storage.write(`size/${size}`, sourceOf(randomBytes(size, 1)));
          for (const { method, target, headers } of proxy.requests.slice(before)) {
            assert.equal(headers['transfer-encoding'], undefined, `${method} ${target} is sent in chunks`);
          }
        }),
    ],
  },
);
