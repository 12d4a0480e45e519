import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { startDeadline } from '../../src/cache/deadline.ts';

const never = new AbortController().signal;
const forEver = (): Promise<never> => new Promise(() => {});

test('what comes in time is passed on, failures too', async () => {
  const time = startDeadline(60, never);
  expect(await time.within(Promise.resolve('here'))).toBe('here');
  await expect(time.within(Promise.reject(new Error('refused')))).rejects.toThrow('refused');
});

test('what does not come in time is not waited for, nor is anything after it', async () => {
  const time = startDeadline(0.05, never);
  await expect(time.within(forEver())).rejects.toThrow('the cache service took longer than 1 s');
  await expect(time.within(Promise.resolve('late'))).rejects.toThrow('took longer');
});

test('time counts only while somebody waits', async () => {
  const time = startDeadline(0.3, never);
  await time.within(sleep(20));
  await sleep(400);
  expect(await time.within(Promise.resolve('here'))).toBe('here');
});

test('waiting for several things at once counts once', async () => {
  const time = startDeadline(0.5, never);
  await Promise.all(Array.from({ length: 20 }, () => time.within(sleep(50))));
  expect(await time.within(Promise.resolve('here'))).toBe('here');
});

test('it is extended also while somebody waits', async () => {
  const time = startDeadline(0.05, never);
  const waiting = time.within(sleep(200, 'here'));
  time.extend(60);
  expect(await waiting).toBe('here');
});

test('a run that is cancelled waits no longer', async () => {
  const run = new AbortController();
  const waiting = startDeadline(60, run.signal).within(forEver());
  run.abort(new Error('cancelled'));
  await expect(waiting).rejects.toThrow('cancelled');
});
