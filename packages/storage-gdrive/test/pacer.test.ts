import { describe, expect, test } from 'vitest';

import { createPacer } from '../src/pacer.ts';

/** A server that takes so many requests in any second, and workers that ask as fast as they may, for so many seconds of a clock that is not real. */
async function ask(limit: number, seconds: number): Promise<{ readonly served: number; readonly refused: number }> {
  const clock = { now: 0, done: false };
  const waiting: { readonly at: number; readonly wake: () => void }[] = [];
  const sleep = (ms: number): Promise<void> => new Promise((wake) => waiting.push({ at: clock.now + ms, wake }));
  const pacer = createPacer({ now: () => clock.now, sleep });
  const recent: number[] = [];
  const count = { served: 0, refused: 0 };
  async function worker(): Promise<void> {
    while (clock.now < seconds * 1000) {
      await pacer.turn();
      const { now } = clock;
      while (recent[0] !== undefined && now - recent[0] >= 1000) recent.shift();
      if (recent.length < limit) {
        recent.push(now);
        count.served += 1;
        await sleep(40);
      } else {
        count.refused += 1;
        pacer.refused();
        await sleep(500);
      }
    }
  }
  const workers = Promise.all(Array.from({ length: 10 }, worker));
  void workers.then(() => (clock.done = true));
  while (!clock.done) {
    await new Promise(setImmediate);
    const next = Math.min(...waiting.map(({ at }) => at));
    if (!Number.isFinite(next)) continue;
    clock.now = Math.max(clock.now, next);
    for (const sleeper of waiting.splice(0).filter((one) => one.at <= clock.now || !waiting.push(one))) sleeper.wake();
  }
  return count;
}

describe('a limit of 10 a second', () => {
  test('is nearly reached, with few refusals', async () => {
    const { served, refused } = await ask(10, 120);
    expect(served).toBeGreaterThan(120 * 10 * 0.75);
    expect(refused).toBeLessThan((served + refused) * 0.06);
  });
});

test('a generous limit is reached without delay', async () => {
  const { served, refused } = await ask(1000, 20);
  // ten workers that wait 40 ms for each answer cannot ask more than 250 times a second
  expect(served).toBeGreaterThan(20 * 100);
  expect(refused).toBe(0);
});

test('a limit far below the first rate is found, not hammered', async () => {
  const { served, refused } = await ask(1, 120);
  expect(served).toBeGreaterThan(40);
  expect(refused).toBeLessThan(served);
});

test('somebody who waits for a turn can give up', async () => {
  const pacer = createPacer();
  const turns = Array.from({ length: 20 }, () => pacer.turn());
  await expect(pacer.turn(AbortSignal.timeout(10))).rejects.toThrow(/aborted/u);
  for (const turn of turns) turn.catch(() => undefined);
});
