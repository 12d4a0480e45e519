import assert from 'node:assert/strict';

import { assertAbsent, assertPassing, listedKeys, settled } from '../../suite/expectations.ts';
import { type Guarantee, guarantees } from '../../suite/guarantee.ts';
import { manyKeys, putAll } from '../listing.ts';
import { behindProxy } from './behind-proxy.ts';
import { hitEachRequest } from './hit-each-request.ts';

/** What calls of several requests promise when one of these fails. */
export const manyRequests: readonly Guarantee[] = guarantees(
  {
    area: 'many-requests',
    look: 'each request of a `list` or `remove`: a failure in the middle is the failure of the whole',
    needs: ['put', 'httpOrigin'],
  },
  {
    'listing-fails-whole': [
      'whichever request of a listing fails, the listing fails: it never ends without what is missing',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          const keys = manyKeys(trial, 1);
          await putAll(storage, keys);
          for (const fault of [{ kind: 'reset' }, { kind: 'status', status: 503 }] as const) {
            await hitEachRequest(proxy, fault, 10, async (number) => {
              const outcome = await settled(listedKeys(storage, 'many/'));
              if (outcome.status === 'rejected') assertPassing(outcome.reason, `a listing whose request ${number} fails`);
              else assert.equal(outcome.value.length, keys.length, `keys of a listing whose request ${number} fails by ${fault.kind}`);
            });
          }
        }),
      { needs: ['list'] },
    ],
    'listing-cut': [
      'a page of a listing that breaks off fails the listing',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          const keys = Array.from({ length: 20 }, (_, index) => `cut/${index}`);
          await putAll(storage, keys);
          for (const after of [0, 50, 400]) {
            await hitEachRequest(proxy, { kind: 'cut', after }, 6, async (number) => {
              const outcome = await settled(listedKeys(storage, 'cut/'));
              if (outcome.status === 'rejected')
                assertPassing(outcome.reason, `a listing whose answer ${number} is cut after ${after} bytes`);
              else assert.deepEqual(outcome.value, keys.toSorted(), `a listing whose answer ${number} is cut after ${after} bytes`);
            });
          }
        }),
      { needs: ['list'] },
    ],
    'removal-fails-whole': [
      'whichever request of a removal fails, the removal fails, and the same again removes what is left',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          for (const fault of [{ kind: 'reset' }, { kind: 'status', status: 503 }] as const) {
            const keysOf = (number: number): readonly string[] => [1, 2, 3].map((index) => `gone/${fault.kind}/${number}/${index}`);
            await putAll(storage, [1, 2, 3, 4, 5, 6].flatMap(keysOf));
            await hitEachRequest(proxy, fault, 6, async (number) => {
              const outcome = await settled(storage.remove(keysOf(number)));
              proxy.heal();
              if (outcome.status === 'rejected') {
                assertPassing(outcome.reason, `a removal whose request ${number} fails by ${fault.kind}`);
                await storage.remove(keysOf(number));
              }
              for (const key of keysOf(number)) await assertAbsent(storage, key);
            });
          }
        }),
      { needs: ['remove'] },
    ],
  },
);
