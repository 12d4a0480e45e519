import assert from 'node:assert/strict';

import { isStorageError } from '@datapin/storage';

import { type Guarantee, guarantees, type Trial } from '../../suite/guarantee.ts';
import { behindProxy, eachCallMeets } from './behind-proxy.ts';

/** What every call's error says about waiting, after answers of 429 and of 503 with such a header. */
async function waits(trial: Trial, header: () => string, check: (wait: number | undefined, what: string) => void): Promise<void> {
  await behindProxy(trial, async (storage, proxy) => {
    for (const status of [429, 503]) {
      const fault = { kind: 'status', status, headers: { 'retry-after': header() } } as const;
      await eachCallMeets(storage, proxy, fault, (error, name) => {
        assert.ok(isStorageError(error), `${name}: ${String(error)}`);
        check(error.retryAfterMs, `${name} after ${status}`);
      });
    }
  });
}

/** That the time a store asks to wait is passed on. */
export const retryAfter: readonly Guarantee[] = guarantees(
  { area: 'retry-after', look: 'where `Retry-After` becomes `retryAfterMs`', needs: ['put', 'httpOrigin'] },
  {
    seconds: [
      'Retry-After in seconds is passed on in milliseconds',
      (trial) =>
        waits(
          trial,
          () => '7',
          (wait, what) => assert.equal(wait, 7000, what),
        ),
    ],
    date: [
      'Retry-After as a date is passed on as the time until then',
      (trial) =>
        waits(
          trial,
          () => new Date(Date.now() + 60_000).toUTCString(),
          (wait, what) => assert.ok(wait !== undefined && wait > 20_000 && wait <= 61_000, `${what}: ${wait}`),
        ),
    ],
    'past-date': [
      'Retry-After as a date that is over asks for no wait',
      (trial) =>
        waits(
          trial,
          () => 'Sat, 01 Jan 2000 00:00:00 GMT',
          (wait, what) => assert.ok((wait ?? 0) === 0, `${what}: ${wait}`),
        ),
    ],
    nonsense: [
      'Retry-After that is neither asks for no wait',
      (trial) =>
        waits(
          trial,
          () => 'soon',
          (wait, what) => assert.ok((wait ?? 0) === 0, `${what}: ${wait}`),
        ),
    ],
  },
);
