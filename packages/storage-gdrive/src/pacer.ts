import { setTimeout as sleep } from 'node:timers/promises';

/** Spreads requests over time, so that a store that counts them has to refuse few. */
export interface Pacer {
  /** Waits for the next free place. Rejects with the signal's reason. */
  turn(signal?: AbortSignal): Promise<void>;
  /** Tells it that a request was refused for its rate. */
  refused(): void;
}

export interface PacerClock {
  /** Milliseconds, from any start. */
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

const realClock: PacerClock = {
  now: () => performance.now(),
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => signal?.throwIfAborted());
  },
};

/** Requests a second, at first: what Drive has been seen to take from everybody. */
const firstRate = 10;
const slowest = 0.2;
const fastest = 200;
/** After a refusal the rate falls by this much, once in so many milliseconds, and nothing goes out for a while. */
const afterRefusal = 0.8;
/** A refusal soon after the last cut says that the limit is far below. */
const afterRefusalAgain = 0.5;
const cutsApartMs = 1000;
const soonMs = 3000;
const pauseMs = 400;

/**
 * Additive increase, multiplicative decrease, with a memory: until the first refusal the rate doubles every second, afterwards it comes back
 * quickly to just below where it was refused and creeps on from there. It grows only while requests wait for it.
 */
export function createPacer(clock: PacerClock = realClock): Pacer {
  let rate = firstRate;
  let refusedAt = Number.POSITIVE_INFINITY;
  let lastCut = Number.NEGATIVE_INFINITY;
  let lastGrowth = clock.now();
  let nextFree = clock.now();

  function grow(now: number): void {
    const seconds = Math.min(1, (now - lastGrowth) / 1000);
    lastGrowth = now;
    if (refusedAt === Number.POSITIVE_INFINITY) rate *= 2 ** seconds;
    else if (rate < refusedAt * 0.9) rate += seconds * Math.max(rate, refusedAt / 3) * 0.15;
    else rate += seconds * refusedAt * 0.01;
    rate = Math.min(rate, fastest);
  }

  return {
    async turn(signal) {
      signal?.throwIfAborted();
      const now = clock.now();
      if (nextFree <= now) {
        lastGrowth = now;
        nextFree = now + 1000 / rate;
        return;
      }
      grow(now);
      const wait = nextFree - now;
      nextFree += 1000 / rate;
      await clock.sleep(wait, signal);
    },
    refused() {
      const now = clock.now();
      nextFree = Math.max(nextFree, now + pauseMs);
      // those that were under way at the same rate say nothing new
      if (now - lastCut < cutsApartMs) return;
      refusedAt = rate;
      rate = Math.max(slowest, rate * (now - lastCut < soonMs ? afterRefusalAgain : afterRefusal));
      lastCut = now;
    },
  };
}
