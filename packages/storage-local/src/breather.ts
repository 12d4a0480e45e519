import { setImmediate } from 'node:timers/promises';

/** How long synchronous calls may keep the event loop to themselves, in milliseconds. */
const longestHold = 10;

/**
 * File calls on small objects are synchronous, because that costs a fraction of asynchronous ones. So that timers, signals and other
 * connections get their turn, whoever makes many of them calls the result of this before each.
 */
export function createBreather(): () => Promise<void> | undefined {
  let heldSince = performance.now();
  async function breathe(): Promise<void> {
    await setImmediate();
    heldSince = performance.now();
  }
  return () => (performance.now() - heldSince < longestHold ? undefined : breathe());
}
