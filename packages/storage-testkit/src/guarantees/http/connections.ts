import assert from 'node:assert/strict';

import { readAll } from '../../bytes.ts';
import { startFaultProxy } from '../../faults/fault-proxy.ts';
import { everyCall, everyCallFails } from '../../suite/calls.ts';
import { assertCode, assertFailure, assertHolds, assertPassing, assertSameBytes, failureOf, settled } from '../../suite/expectations.ts';
import { type Guarantee, guarantees } from '../../suite/guarantee.ts';
import { behindProxy, eachCallMeets, objectBytes } from './behind-proxy.ts';

/** What happens to connections, and is no answer. */
export const connections: readonly Guarantee[] = guarantees(
  { area: 'connections', look: 'how errors of sockets and of the HTTP client are classified', needs: ['put', 'httpOrigin'] },
  {
    reset: [
      'a connection that is reset before the answer is a failure that may pass',
      (trial) => behindProxy(trial, (storage, proxy) => eachCallMeets(storage, proxy, { kind: 'reset' }, assertPassing)),
    ],
    'hang-up': [
      'a connection that is closed without an answer is a failure that may pass',
      (trial) => behindProxy(trial, (storage, proxy) => eachCallMeets(storage, proxy, { kind: 'hang-up' }, assertPassing)),
    ],
    garbage: [
      'an answer that is not HTTP is a failure, never not-found',
      (trial) => behindProxy(trial, (storage, proxy) => eachCallMeets(storage, proxy, { kind: 'garbage' }, assertFailure)),
    ],
    'unknown-host': [
      'a host whose name nobody knows is unavailable, never not-found',
      async (trial) => {
        const remote = await trial.server.emptyRemote('http://nowhere.invalid:8080');
        await everyCallFails(trial, remote, (error, what) => assertCode(error, ['unavailable', 'timeout'], what));
      },
    ],
    'late-answer': [
      'an answer that is late is as good as any',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          for (const [name, call] of everyCall(storage, 'object').filter(([name]) => name !== 'remove')) {
            proxy.inject({ kind: 'delay', ms: 300 });
            assert.equal((await settled(call())).status, 'fulfilled', name);
          }
          proxy.heal();
        }),
    ],
    'one-fails': [
      'one failing connection among many fails one call; the others get their bytes',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          const read = async (): Promise<Uint8Array> => readAll(await storage.read('object'));
          await read();
          proxy.inject({ kind: 'reset' });
          const outcomes = await Promise.all(Array.from({ length: 6 }, () => settled(read())));
          const failed = outcomes.filter(({ status }) => status === 'rejected');
          assert.equal(failed.length, 1, `${failed.length} of 6 reads failed by one reset`);
          for (const outcome of outcomes) {
            if (outcome.status === 'fulfilled') assertSameBytes(outcome.value, objectBytes(trial), 'a read beside a failing one');
          }
        }),
    ],
    recovers: [
      'a storage works again when the weather is over, whatever it met',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          for (const fault of [{ kind: 'reset' }, { kind: 'hang-up' }, { kind: 'garbage' }, { kind: 'cut', after: 10 }] as const) {
            proxy.inject(fault);
            await failureOf(storage.read('object').then(readAll));
            proxy.heal();
            await assertHolds(storage, 'object', objectBytes(trial));
          }
        }),
    ],
    'closed-at-end': [
      'closing the storage closes its connections, so that a program can end',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          const reads = Array.from({ length: 4 }, () => storage.read('object').then(readAll));
          await Promise.all(reads);
          await storage[Symbol.asyncDispose]();
          for (let wait = 0; proxy.connections > 0 && wait < 250; wait++) await new Promise((resolve) => setTimeout(resolve, 20));
          assert.equal(proxy.connections, 0, 'connections that are still open');
        }),
      { look: '`[Symbol.asyncDispose]`: destroy the agent or pool of the HTTP client' },
    ],
    'two-origins': [
      'two storages of different servers do not use each other’s connections',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          await using other = await startFaultProxy(trial.server.httpOrigin ?? '');
          const beside = await trial.open(await trial.server.emptyRemote(other.url));
          await beside.put('object', Uint8Array.of(1));
          const [before, beforeOther] = [proxy.requests.length, other.requests.length];
          await beside.stat('object');
          assert.equal(proxy.requests.length, before, 'requests at the wrong server');
          assert.ok(other.requests.length > beforeOther, 'no request at the right server');
          await storage.stat('object');
          await beside[Symbol.asyncDispose]();
        }),
    ],
  },
);
