import { StorageError, type StorageErrorCode } from '@datapin/storage';
import { describe, expect, test } from 'vitest';

import { type RetryNotice, type RetryPolicy, withRetry } from '../../src/transfer/retry.ts';

const quick: RetryPolicy = { firstWait: 1, longestWait: 4, budget: 1000, random: () => 0.5 };
const never = new AbortController().signal;

function failing(times: number, error: unknown): { work: () => Promise<string>; calls: () => number } {
  let calls = 0;
  return {
    work: async () => {
      calls += 1;
      if (calls <= times) throw error;
      return 'done';
    },
    calls: () => calls,
  };
}

describe('what is tried again', () => {
  test.each<StorageErrorCode>(['rate-limited', 'unavailable', 'timeout', 'interrupted'])('%s is', async (code) => {
    const { work, calls } = failing(3, new StorageError(code, 'passing'));
    await expect(withRetry(work, { policy: quick, signal: never, onRetry: () => {} })).resolves.toBe('done');
    expect(calls()).toBe(4);
  });

  test.each<StorageErrorCode>(['not-found', 'unauthenticated', 'forbidden', 'invalid-request', 'unsupported', 'quota-exceeded'])(
    '%s is not',
    async (code) => {
      const { work, calls } = failing(1, new StorageError(code, 'for good'));
      await expect(withRetry(work, { policy: quick, signal: never, onRetry: () => {} })).rejects.toThrow('for good');
      expect(calls()).toBe(1);
    },
  );

  test('a passing failure that the store calls permanent is not', async () => {
    const { work, calls } = failing(1, new StorageError('unavailable', 'not mounted', { permanent: true }));
    await expect(withRetry(work, { policy: quick, signal: never, onRetry: () => {} })).rejects.toThrow('not mounted');
    expect(calls()).toBe(1);
  });

  test('what the caller says, as often as it says', async () => {
    const { work, calls } = failing(5, new Error('damaged'));
    const retried = withRetry(work, { policy: quick, signal: never, onRetry: () => {}, alsoRetry: (_, attempt) => attempt === 1 });
    await expect(retried).rejects.toThrow('damaged');
    expect(calls()).toBe(2);
  });
});

test('waits twice as long each time, up to the longest wait, with jitter in the upper half', async () => {
  const notices: RetryNotice[] = [];
  const { work } = failing(4, new StorageError('unavailable', 'busy'));
  await withRetry(work, { policy: quick, signal: never, onRetry: (notice) => notices.push(notice) });
  expect(notices.map(({ attempt, waitMs }) => [attempt, waitMs])).toEqual([
    [1, 0.75],
    [2, 1.5],
    [3, 3],
    [4, 3],
  ]);
});

test('waits at least as long as the store asks', async () => {
  const notices: RetryNotice[] = [];
  const { work } = failing(1, new StorageError('rate-limited', 'slow down', { retryAfterMs: 7 }));
  await withRetry(work, { policy: quick, signal: never, onRetry: (notice) => notices.push(notice) });
  expect(notices[0]?.waitMs).toBe(7);
});

test('gives up after so many tries, where a number is given', async () => {
  for (const retries of [0, 2]) {
    const { work, calls } = failing(9, new StorageError('unavailable', 'busy'));
    await expect(withRetry(work, { policy: { ...quick, retries }, signal: never, onRetry: () => {} })).rejects.toThrow('busy');
    expect(calls()).toBe(retries + 1);
  }
});

test('gives up with the last failure when the next try would start after the budget', async () => {
  const { work, calls } = failing(1, new StorageError('rate-limited', 'come back tomorrow', { retryAfterMs: 86_400_000 }));
  await expect(withRetry(work, { policy: quick, signal: never, onRetry: () => {} })).rejects.toThrow('come back tomorrow');
  expect(calls()).toBe(1);
});

test('an abort ends the waiting', async () => {
  const abort = new AbortController();
  const slow = { ...quick, firstWait: 60_000, longestWait: 60_000, budget: 600_000 };
  const { work } = failing(1, new StorageError('unavailable', 'busy'));
  const waiting = withRetry(work, { policy: slow, signal: abort.signal, onRetry: () => abort.abort() });
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});
