import assert from 'node:assert/strict';

import { isRetryable, isStorageError, type ObjectInfo, type Storage, type StorageErrorCode } from '@datapin/storage';

import { readAll } from '../bytes.ts';
import type { FullStorage } from './guarantee.ts';

/** Bytes are equal; the message tells where they first differ instead of printing them. */
export function assertSameBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  if (Buffer.compare(actual, expected) === 0) return;
  const at = expected.findIndex((byte, index) => actual[index] !== byte);
  assert.fail(`${what}: got ${actual.length} bytes for ${expected.length}, first difference at ${at === -1 ? expected.length : at}`);
}

/** The object is there, whole: by `stat` and by `read`. */
export async function assertHolds(storage: FullStorage, key: string, bytes: Uint8Array): Promise<void> {
  const info = await storage.stat(key);
  assert.deepEqual({ key: info.key, size: info.size }, { key, size: bytes.length }, `stat of ${key}`);
  assertSameBytes(await readAll(await storage.read(key)), bytes, `read of ${key}`);
}

/** The object is not there: `stat` and `read` say `not-found`. */
export async function assertAbsent(storage: Pick<Storage, 'stat' | 'read'>, key: string): Promise<void> {
  assertCode(await failureOf(storage.stat(key)), ['not-found'], `stat of ${key}`);
  assertCode(await failureOf(storage.read(key)), ['not-found'], `read of ${key}`);
}

/** Longer than anything takes on a busy machine. */
const patienceMs = 20_000;

/** What a promise rejects with; fails when it resolves, or when it does neither within twenty seconds. */
export async function failureOf(action: Promise<unknown>): Promise<unknown> {
  const outcome = await settled(action);
  if (outcome.status === 'rejected') return outcome.reason;
  return assert.fail('it succeeded where it had to fail');
}

/** How a promise ends; fails when it does not within twenty seconds. */
export async function settled<Value>(action: Promise<Value>): Promise<PromiseSettledResult<Value>> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new assert.AssertionError({ message: 'it neither succeeded nor failed within twenty seconds' })),
      patienceMs,
    );
  });
  try {
    const [outcome] = await Promise.race([Promise.allSettled([action]), deadline]);
    return outcome;
  } finally {
    clearTimeout(timer);
  }
}

export function assertCode(error: unknown, codes: readonly StorageErrorCode[], what: string): void {
  assert.ok(isStorageError(error), `${what}: expected a StorageError, got ${String(error)}`);
  assert.ok(codes.includes(error.code), `${what}: expected ${codes.join(' or ')}, got ${error.code} (${error.message})`);
}

/** All objects of a listing as they came: a key that came twice is in it twice. */
export async function listed(storage: Pick<FullStorage, 'list'>, prefix = ''): Promise<readonly ObjectInfo[]> {
  const objects: ObjectInfo[] = [];
  for await (const page of storage.list(prefix)) objects.push(...page);
  return objects;
}

/** The keys of a listing, sorted. */
export async function listedKeys(storage: Pick<FullStorage, 'list'>, prefix = ''): Promise<readonly string[]> {
  return (await listed(storage, prefix)).map(({ key }) => key).sort();
}

/** The remote holds these keys and no others (below a prefix). Where the storage cannot list, nothing can be said. */
export async function assertKeys(storage: FullStorage, keys: readonly string[], prefix = '', what = 'listed keys'): Promise<void> {
  if (storage.offers.has('list')) assert.deepEqual(await listedKeys(storage, prefix), keys.toSorted(), what);
}

/** The failure is one that may pass by itself. */
export function assertPassing(error: unknown, what: string): void {
  const got = isStorageError(error) ? `${error.code} (${error.message})` : String(error);
  assert.ok(isRetryable(error), `${what}: expected a failure that may pass, got ${got}`);
}

/** The failure is a StorageError of any code but `not-found`. */
export function assertFailure(error: unknown, what: string): void {
  assert.ok(isStorageError(error), `${what}: expected a StorageError, got ${String(error)}`);
  assert.notEqual(error.code, 'not-found', `${what}: nobody said that it is not there (${error.message})`);
}

/** Runs an action for every item, at most so many at once. */
export async function forEachAtOnce<Item>(items: readonly Item[], atOnce: number, action: (item: Item) => Promise<unknown>): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of queue) await action(item);
    }),
  );
}
