import assert from 'node:assert/strict';

import { isRetryable, isStorageError, type StorageErrorCode } from '@datapin/storage';

import { randomBytes, randomNumbers, readAll, sourceOf } from '../bytes.ts';
import { type FaultProxy, startFaultProxy } from '../fault-proxy.ts';
import { assertAbsent, assertCode, assertHolds, failureOf, listed } from '../suite/expectations.ts';
import { type FullStorage, type Guarantee, guarantees, type Trial } from '../suite/guarantee.ts';

/** A storage behind a proxy that can be told to fail. Opened, and used once, so that what it asks at the start is behind it. */
async function behindProxy(trial: Trial, use: (storage: FullStorage, proxy: FaultProxy) => Promise<void>): Promise<void> {
  assert.ok(trial.server.httpOrigin !== undefined);
  const proxy = await startFaultProxy(trial.server.httpOrigin);
  try {
    const storage = await trial.open(await trial.server.emptyRemote(proxy.url));
    await storage.write('object', sourceOf(randomBytes(300_000, trial.limits.seed)));
    assert.ok(proxy.requests.length > 0, '`emptyRemote` did not use the origin it was given');
    await use(storage, proxy);
  } finally {
    await proxy[Symbol.asyncDispose]();
  }
}

type Call = (storage: FullStorage) => Promise<unknown>;

const calls: Readonly<Record<string, Call>> = {
  stat: (storage) => storage.stat('object'),
  read: async (storage) => readAll(await storage.read('object')),
  write: (storage) => storage.write('other', sourceOf(randomBytes(100, 1))),
  list: (storage) => listed(storage),
  remove: (storage) => storage.remove(['other']),
};

const always = { times: Number.POSITIVE_INFINITY };

const codesOfStatuses: readonly (readonly [status: number, codes: readonly StorageErrorCode[]])[] = [
  [401, ['unauthenticated', 'forbidden']],
  [403, ['forbidden', 'unauthenticated']],
  [429, ['rate-limited']],
  [500, ['unavailable']],
  [502, ['unavailable']],
  [503, ['unavailable', 'rate-limited']],
  [504, ['unavailable', 'timeout']],
];

function assertPassing(error: unknown, what: string): void {
  assert.ok(isRetryable(error), `${what}: expected a failure that may pass, got ${String(error)}`);
}

/** What a store that is reached by HTTP promises besides, tried behind a proxy that fails as told. */
export const http: readonly Guarantee[] = guarantees('http', {
  statuses: [
    'every call classifies an error status, and nothing but a 404 is not-found',
    (trial) =>
      behindProxy(trial, async (storage, proxy) => {
        for (const [status, codes] of codesOfStatuses) {
          for (const [name, call] of Object.entries(calls)) {
            proxy.inject({ kind: 'status', status }, always);
            assertCode(await failureOf(call(storage)), codes, `${name} answered by ${status}`);
            proxy.heal();
          }
        }
        await calls['read']?.(storage);
      }),
  ],
  'retry-after': [
    'the time that a store asks to wait is passed on',
    (trial) =>
      behindProxy(trial, async (storage, proxy) => {
        for (const status of [429, 503]) {
          proxy.inject({ kind: 'status', status, headers: { 'retry-after': '7' } }, always);
          const error = await failureOf(storage.read('object'));
          assert.equal(isStorageError(error) ? error.retryAfterMs : undefined, 7000, `after ${status}`);
          proxy.heal();
        }
      }),
  ],
  'no-retries': [
    'a failed request is not repeated: whoever calls owns the retries',
    (trial) =>
      behindProxy(trial, async (storage, proxy) => {
        for (const [name, call] of Object.entries(calls)) {
          for (const fault of [{ kind: 'status', status: 503 }, { kind: 'reset' }] as const) {
            const before = proxy.requests.length;
            proxy.inject(fault, always);
            await failureOf(call(storage));
            assert.equal(proxy.requests.length - before, 1, `requests of one ${name} that fails by ${fault.kind}`);
            proxy.heal();
          }
        }
      }),
  ],
  reset: [
    'a connection that breaks before the answer is a failure that may pass',
    (trial) =>
      behindProxy(trial, async (storage, proxy) => {
        for (const [name, call] of Object.entries(calls)) {
          proxy.inject({ kind: 'reset' }, always);
          assertPassing(await failureOf(call(storage)), name);
          proxy.heal();
        }
      }),
  ],
  'cut-body': [
    'a body that breaks off anywhere fails while it is read, as a failure that may pass; it never ends short',
    (trial) =>
      behindProxy(trial, async (storage, proxy) => {
        const next = randomNumbers(trial.limits.seed);
        for (const after of [0, 1, 299_999, ...Array.from({ length: 5 }, () => Math.floor(next() * 300_000))]) {
          proxy.inject({ kind: 'cut', after });
          const reading = (async () => readAll(await storage.read('object')))();
          assertPassing(await failureOf(reading), `cut after ${after} bytes (seed ${trial.limits.seed})`);
        }
        await assertHolds(storage, 'object', randomBytes(300_000, trial.limits.seed));
      }),
  ],
  'short-body': [
    'a body shorter than its stated length fails while it is read',
    (trial) =>
      behindProxy(trial, async (storage, proxy) => {
        proxy.inject({ kind: 'wrong-length', by: 1000 }, { match: ({ method }) => method === 'GET' });
        const reading = (async () => readAll(await storage.read('object')))();
        assertPassing(await failureOf(reading), 'a short body');
      }),
  ],
  'cut-upload': [
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
  'aborted-stall': [
    'a body that stalls can be aborted',
    (trial) =>
      behindProxy(trial, async (storage, proxy) => {
        proxy.inject({ kind: 'stall', after: 1000 });
        const controller = new AbortController();
        const reason = new Error('enough');
        const reading = (async () => {
          for await (const chunk of await storage.read('object', { signal: controller.signal })) {
            if (chunk.length > 0) setImmediate(() => controller.abort(reason));
          }
        })();
        assert.equal(await failureOf(reading), reason);
      }),
  ],
});
