import assert from 'node:assert/strict';

import { isStorageError, type StorageErrorCode } from '@datapin/storage';

import { everyCall } from '../../suite/calls.ts';
import { assertCode, assertFailure, assertHolds, failureOf, settled } from '../../suite/expectations.ts';
import { type Check, type Guarantee, guarantees } from '../../suite/guarantee.ts';
import { always, behindProxy, eachCallMeets, objectBytes } from './behind-proxy.ts';

/** What a status may be taken for. Protocols use some of them differently; `not-found` is never among them but for 404. */
interface StatusRule {
  readonly status: number;
  /** What the status means, for the promise. */
  readonly means: string;
  readonly codes: readonly StorageErrorCode[];
}

const passing: readonly StorageErrorCode[] = ['unavailable', 'timeout', 'interrupted', 'rate-limited'];

const rules: readonly StatusRule[] = [
  { status: 400, means: 'a request that the store does not understand', codes: ['invalid-request', 'unsupported'] },
  { status: 401, means: 'missing or wrong credentials', codes: ['unauthenticated', 'forbidden'] },
  { status: 403, means: 'no right to do that', codes: ['forbidden', 'unauthenticated'] },
  { status: 405, means: 'a method that is not for this place', codes: ['unsupported', 'invalid-request', 'forbidden'] },
  { status: 408, means: 'a request that took too long', codes: passing },
  // WebDAV: a parent is missing (and could not be made); S3: somebody else changes the same; Drive: the id is taken
  { status: 409, means: 'a conflict', codes: [...passing, 'invalid-request', 'forbidden'] },
  // WebDAV: a lock token or If header that does not hold; S3: a condition on the object
  { status: 412, means: 'a condition that does not hold', codes: [...passing, 'invalid-request'] },
  { status: 413, means: 'an object that is too large', codes: ['invalid-request', 'quota-exceeded', 'unsupported', 'forbidden'] },
  { status: 423, means: 'somebody’s lock, which will go', codes: passing },
  { status: 425, means: 'a request that came too early', codes: passing },
  { status: 429, means: 'too many requests', codes: ['rate-limited'] },
  { status: 500, means: 'a failure of the store', codes: ['unavailable'] },
  { status: 501, means: 'what the store does not have', codes: ['unsupported', 'invalid-request', 'unavailable'] },
  { status: 502, means: 'a failure behind a gateway', codes: ['unavailable'] },
  { status: 503, means: 'a store that is down or overloaded', codes: ['unavailable', 'rate-limited'] },
  { status: 504, means: 'a gateway that got no answer', codes: ['unavailable', 'timeout'] },
  { status: 505, means: 'a version of HTTP that is not spoken there', codes: ['unsupported', 'invalid-request', 'unavailable'] },
  { status: 506, means: 'a store that is set up wrong', codes: ['unavailable', 'unsupported', 'invalid-request'] },
  // WebDAV: the disk is full; waiting may help there when somebody makes room
  { status: 507, means: 'no space left', codes: ['quota-exceeded', 'unavailable'] },
];

function checkOf({ status, means, codes }: StatusRule): [string, Check] {
  const promise = `${status}, ${means}, is ${codes.join(' or ')}, whatever call it answers`;
  return [
    String(status),
    [
      promise,
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          await eachCallMeets(storage, proxy, { kind: 'status', status }, (error, name) =>
            assertCode(error, codes, `${name} answered by ${status}`),
          );
          await assertHolds(storage, 'object', objectBytes(trial));
        }),
    ],
  ];
}

/** How answers with a status are taken: one guarantee for each status. */
export const statuses: readonly Guarantee[] = guarantees(
  {
    area: 'status',
    look: 'the table from HTTP status to code; answers of a real store may tell more in their body',
    needs: ['put', 'httpOrigin'],
  },
  {
    ...Object.fromEntries(rules.map(checkOf)),
    '404': [
      '404 on stat and read is not-found, and is never taken for success where it cannot be',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          for (const [name, call] of everyCall(storage, 'object')) {
            proxy.inject({ kind: 'status', status: 404 }, always);
            const outcome = await settled(call());
            proxy.heal();
            if (name === 'stat' || name === 'read') {
              assert.ok(outcome.status === 'rejected', `${name} succeeded`);
              assertCode(outcome.reason, ['not-found'], name);
            } else if (outcome.status === 'rejected') assert.ok(isStorageError(outcome.reason), `${name}: ${String(outcome.reason)}`);
            // removing what is not there succeeds, and a folder that is not there holds nothing
            else assert.notEqual(name, 'write', 'a write answered by 404 succeeded');
          }
        }),
    ],
    unknown: [
      'a status that nobody knows (418, 599) is a failure, never not-found',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          for (const status of [418, 599]) await eachCallMeets(storage, proxy, { kind: 'status', status }, assertFailure);
        }),
    ],
    'no-retries': [
      'a failed request is not sent again: whoever calls owns the retries',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          for (const fault of [{ kind: 'status', status: 503 }, { kind: 'status', status: 429 }, { kind: 'reset' }] as const) {
            let before = proxy.requests.length;
            await eachCallMeets(storage, proxy, fault, (_, name) => {
              const hit = proxy.requests.slice(before).filter((request) => request.fault !== undefined);
              before = proxy.requests.length;
              const [first] = hit;
              assert.ok(first !== undefined, `${name} asked nothing`);
              const same = hit.filter(({ method }) => method === first.method).length;
              const what = hit.map(({ method, target }) => `${method} ${target}`).join(', ');
              assert.equal(same, 1, `${name} that fails by ${fault.kind} sent ${what}`);
              // what cleans up after a failure is other requests, and few
              assert.ok(hit.length <= 4, `${name} that fails by ${fault.kind} sent ${what}`);
            });
          }
        }),
      { look: 'retries of the HTTP client or SDK: turn them off' },
    ],
    once: [
      'after a failure that has passed the same call succeeds',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          for (const [name, call] of everyCall(storage, 'object').filter(([name]) => name !== 'remove')) {
            proxy.inject({ kind: 'status', status: 503 });
            await failureOf(call());
            proxy.heal();
            assert.equal((await settled(call())).status, 'fulfilled', `${name} after a failure`);
          }
        }),
    ],
  },
);
