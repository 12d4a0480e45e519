import { randomBytes, readAll, sourceOf } from '../bytes.ts';
import { failureOf } from './expectations.ts';
import type { FullStorage, Trial } from './guarantee.ts';
import type { TestRemote } from './storage-under-test.ts';

/** A call of a storage with everything but its signal decided. */
export type Call = (signal?: AbortSignal) => Promise<unknown>;

/** One call of each kind that the storage offers, all about the same key. A read goes to its end, a listing through all pages. */
export function everyCall(storage: FullStorage, key: string): readonly (readonly [name: string, call: Call])[] {
  const all: Readonly<Record<'stat' | 'read' | 'write' | 'list' | 'remove', Call>> = {
    stat: (signal) => storage.stat(key, optionsOf(signal)),
    read: (signal) => storage.read(key, optionsOf(signal)).then(readAll),
    write: (signal) => storage.write(key, sourceOf(randomBytes(100, 1)), optionsOf(signal)),
    list: (signal) => listAll(storage, signal),
    remove: (signal) => storage.remove([key], optionsOf(signal)),
  };
  return Object.entries(all).filter(
    ([name]) => name === 'stat' || name === 'read' || [...storage.offers].some((offered) => offered === name),
  );
}

/** Every call on a remote fails, as `check` says; opening it may fail so already. */
export async function everyCallFails(
  trial: Pick<Trial, 'open'>,
  remote: TestRemote,
  check: (error: unknown, what: string) => void,
): Promise<void> {
  let storage: FullStorage;
  try {
    storage = await trial.open(remote);
  } catch (error) {
    check(error, 'opening');
    return;
  }
  for (const [name, call] of everyCall(storage, 'some/object')) check(await failureOf(call()), name);
}

function optionsOf(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

async function listAll(storage: FullStorage, signal: AbortSignal | undefined): Promise<number> {
  let count = 0;
  for await (const page of storage.list('', optionsOf(signal))) count += page.length;
  return count;
}
