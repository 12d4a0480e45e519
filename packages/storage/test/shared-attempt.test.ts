import { expect, test } from 'vitest';

import { sharedAttempt } from '../src/shared-attempt.ts';

test('work is done once for all who ask', async () => {
  let times = 0;
  const ask = sharedAttempt(async () => ++times);
  expect(await Promise.all([ask(), ask()])).toEqual([1, 1]);
  expect(await ask()).toBe(1);
});

test('all who asked learn that it failed; who asks later makes it try again', async () => {
  let times = 0;
  const ask = sharedAttempt(async () => {
    if (++times === 1) throw new Error('failed');
    return times;
  });
  expect((await Promise.allSettled([ask(), ask()])).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await ask()).toBe(2);
});
