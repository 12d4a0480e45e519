import { isSettled, tickOf } from '../hashing/file-identity.ts';
import type { StateRecord } from './state.ts';

/** A longer wait than this is not worth it: the record is left out and the file read again next time. */
const longestWaitMs = 50;

/**
 * The records whose identity is proof: any later change of the file must show in it (git's rule against "racily clean" entries).
 * Where only some milliseconds are missing, waits for them; a file system with whole-second times gets no such wait.
 */
export function rememberable(records: readonly StateRecord[]): readonly StateRecord[] {
  let now = Date.now();
  let wait = 0;
  for (const { identity } of records) {
    if (isSettled(identity, now)) continue;
    const missing = identity.ctimeMs + tickOf(identity) - now + 1;
    if (missing <= longestWaitMs) wait = Math.max(wait, missing);
  }
  if (wait > 0) {
    sleep(wait);
    now = Date.now();
  }
  return records.filter(({ identity }) => isSettled(identity, now));
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
