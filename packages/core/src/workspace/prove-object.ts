import { statSync } from 'node:fs';

import type { Cache } from '../cache/cache.ts';
import { objectCorrupt } from '../cache/incoming-object.ts';
import { hashBytes } from '../hashing/content-hash.ts';
import { identityOf } from '../hashing/file-identity.ts';
import { readSmallBytes } from '../hashing/hash-file.ts';
import type { ObjectId } from '../hashing/object-id.ts';
import type { State } from '../state/state.ts';

/** What proving works with. */
export interface ProofOptions {
  readonly cache: Cache;
  readonly state: State;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes sure that the bytes of an object are what its id says, before it is linked or copied without being read: DVC's mode 0444 only says that it was
 * right once. What this process stored, and what the state knows by its identity, is not read again.
 * Rejects with `object-corrupt`, and the object is removed.
 */
export async function proveObject(id: ObjectId, { cache, state, signal }: ProofOptions): Promise<void> {
  if (cache.isProven(id)) return;
  const path = cache.pathOf(id);
  const identity = identityOf(statSync(path));
  if (state.get(path, identity, id.algorithm) === id.value) return;
  if (!(await cache.verify(id, signal))) throw objectCorrupt(id, 'something else');
  state.put([{ path, identity, algorithm: id.algorithm, hash: id.value }]);
}

/**
 * The bytes of an object up to 1 MiB, valid until the next file is read; `undefined` for a larger one. Throws `object-corrupt` when they are not its own,
 * and removes it.
 */
export function provenBytes(id: ObjectId, cache: Cache): Buffer | undefined {
  const bytes = readSmallBytes(cache.pathOf(id));
  if (bytes === undefined || cache.matches(id, bytes)) return bytes;
  cache.remove(id);
  throw objectCorrupt(id, hashBytes(id.algorithm, bytes));
}
