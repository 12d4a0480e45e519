import { expect, test } from 'vitest';

import { forEachBounded } from '../../src/transfer/bounded.ts';

const never = new AbortController().signal;
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('never has more than the limit in flight, and does all of them', async () => {
  let inFlight = 0;
  let most = 0;
  const done: number[] = [];
  await forEachBounded(Array.from({ length: 50 }).keys(), { limit: 4, signal: never }, async (item) => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    await tick();
    inFlight -= 1;
    done.push(item);
  });
  expect(most).toBe(4);
  expect(done.toSorted((a, b) => a - b)).toEqual([...Array.from({ length: 50 }).keys()]);
});

test('takes items only when there is room for them', async () => {
  let taken = 0;
  function* endless(): Generator<number> {
    for (;;) yield (taken += 1);
  }
  const stopped = forEachBounded(endless(), { limit: 3, signal: never }, async (item) => {
    await tick();
    if (item === 10) throw new Error('enough');
  });
  await expect(stopped).rejects.toThrow('enough');
  expect(taken).toBeLessThan(16);
});

test('waits for what is in flight before it rejects', async () => {
  let finished = false;
  const work = forEachBounded([1, 2], { limit: 2, signal: never }, async (item) => {
    if (item === 1) throw new Error('first');
    await tick();
    await tick();
    finished = true;
  });
  await expect(work).rejects.toThrow('first');
  expect(finished).toBe(true);
});

test('stops with the reason of the signal', async () => {
  const abort = new AbortController();
  const seen: number[] = [];
  const work = forEachBounded([1, 2, 3], { limit: 1, signal: abort.signal }, async (item) => {
    seen.push(item);
    if (item === 2) abort.abort(new Error('the user stopped it'));
  });
  await expect(work).rejects.toThrow('the user stopped it');
  expect(seen).toEqual([1, 2]);
});
