import { setImmediate } from 'node:timers/promises';

import { expect, onTestFinished, test } from 'vitest';

import { untilAborted } from '../src/until-aborted.ts';

test.each([undefined, new AbortController().signal])('without an abort it ends as the work does (signal: %s)', async (signal) => {
  expect(await untilAborted(Promise.resolve('done'), signal)).toBe('done');
  await expect(untilAborted(Promise.reject(new Error('failed')), signal)).rejects.toThrow('failed');
});

test('one who waits gives up while the others go on', async () => {
  const work = Promise.withResolvers<string>();
  const controller = new AbortController();
  const impatient = untilAborted(work.promise, controller.signal);
  const patient = untilAborted(work.promise, new AbortController().signal);
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(impatient).rejects.toBe(reason);
  work.resolve('done');
  expect(await patient).toBe('done');
});

test.each(['before', 'while'])('work that fails after everybody gave up %s waiting is no unhandled rejection', async (when) => {
  const unhandled: unknown[] = [];
  const listen = (reason: unknown): void => void unhandled.push(reason);
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', listen);
  onTestFinished(() => {
    process.off('unhandledRejection', listen);
    for (const other of others) process.on('unhandledRejection', other);
  });

  const work = Promise.withResolvers<string>();
  const controller = new AbortController();
  if (when === 'before') controller.abort();
  const waiting = untilAborted(work.promise, controller.signal);
  controller.abort();
  await expect(waiting).rejects.toBe(controller.signal.reason);
  work.reject(new Error('failed'));
  await setImmediate();
  expect(unhandled).toEqual([]);
});
