import assert from 'node:assert/strict';

import { randomBytes } from '../../bytes.ts';
import type { Fault, FaultProxy } from '../../faults/fault.ts';
import { startFaultProxy } from '../../faults/fault-proxy.ts';
import { everyCall } from '../../suite/calls.ts';
import { failureOf } from '../../suite/expectations.ts';
import type { FullStorage, Trial } from '../../suite/guarantee.ts';

/** Until the proxy is healed. */
export const always: { readonly times: number } = { times: Number.POSITIVE_INFINITY };

/** Size of the object that every storage behind a proxy has. */
export const objectSize = 300_000;

/** Its bytes. */
export function objectBytes({ limits }: Trial): Uint8Array {
  return randomBytes(objectSize, limits.seed);
}

/** A storage behind a proxy that can be told to fail. Opened, and used once, so that what it asks at the start is behind it. */
export async function behindProxy(trial: Trial, use: (storage: FullStorage, proxy: FaultProxy) => Promise<void>): Promise<void> {
  const { httpOrigin, emptyRemote } = trial.server;
  assert.ok(httpOrigin !== undefined, 'the test server gives no `httpOrigin`');
  await using proxy = await startFaultProxy(httpOrigin);
  const storage = await trial.open(await emptyRemote(proxy.url));
  await storage.put('object', objectBytes(trial));
  await storage.stat('object');
  assert.ok(proxy.requests.length > 0, '`emptyRemote` did not use the origin it was given');
  try {
    await use(storage, proxy);
  } finally {
    // what cleans up after the test shall not meet the test's weather
    proxy.heal();
    await storage[Symbol.asyncDispose]();
  }
}

/**
 * Lets every kind of call meet the same fault, at all its requests, and gives back how each failed. The remote is the same before and after: what
 * fails changes nothing. A write goes to a key of its own.
 */
export async function eachCallMeets(
  storage: FullStorage,
  proxy: FaultProxy,
  fault: Fault,
  check: (error: unknown, name: string) => void | Promise<void>,
): Promise<void> {
  for (const [name, call] of everyCall(storage, 'object')) {
    if (name === 'write') continue;
    proxy.inject(fault, always);
    const error = await failureOf(call());
    proxy.heal();
    await check(error, name);
  }
  const write = everyCall(storage, 'another/object').find(([name]) => name === 'write')?.[1];
  if (write === undefined) return;
  proxy.inject(fault, always);
  const error = await failureOf(write());
  proxy.heal();
  await check(error, 'write');
}
