import { setImmediate } from 'node:timers/promises';

import { DatapinError } from './errors.ts';

/** Longest time in milliseconds that synchronous work keeps the event loop from timers, signals and sockets. */
const sliceMs = 10;

/** Lets long synchronous work make room for the rest of the program: `if (pacer.due()) await pacer.rest();` */
export interface Pacer {
  /** Whether the present slice is used up. Costs a clock reading on every eighth call, nothing on the others. */
  due(): boolean;
  /** Runs what waits in the event loop, then starts a new slice. Rejects with `cancelled` when the signal says so. */
  rest(): Promise<void>;
}

/** A pacer for one piece of work. */
export function createPacer(signal: AbortSignal | undefined): Pacer {
  let sliceEnd = performance.now() + sliceMs;
  let calls = 0;
  return {
    due() {
      calls = (calls + 1) & 7;
      return calls === 0 && performance.now() >= sliceEnd;
    },
    async rest() {
      await setImmediate();
      throwIfCancelled(signal);
      sliceEnd = performance.now() + sliceMs;
    },
  };
}

/** Throws `cancelled` when the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new DatapinError('cancelled', 'cancelled', { cause: signal.reason });
}
