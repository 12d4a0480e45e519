import { setTimeout as sleep } from 'node:timers/promises';

import { isRetryable, isStorageError } from '@datapin/storage';

/** When and how often a failed unit of work is tried again. Times in milliseconds. */
export interface RetryPolicy {
  /** The first wait is at most this; each further one at most twice the one before. */
  readonly firstWait: number;
  readonly longestWait: number;
  /** No new try starts later than this after the first failure. */
  readonly budget: number;
  /** Tries after the first; without it as many as the budget allows. */
  readonly retries?: number;
  /** 0 ≤ x < 1; waits are spread over the upper half of their length, so that many clients do not come back at once. */
  readonly random: () => number;
}

export const defaultRetryPolicy: RetryPolicy = { firstWait: 500, longestWait: 30_000, budget: 120_000, random: Math.random };

/** While a remote has not answered once, waiting long helps nobody: the address or the network is more likely wrong than busy. */
export const firstContactBudget = 10_000;

export interface RetryNotice {
  readonly attempt: number;
  readonly waitMs: number;
  readonly error: unknown;
}

/**
 * Runs `work` until it succeeds, fails for good, or the policy's budget is spent; then rejects with the last failure.
 * Only what the storage classified as passing is tried again, and what `alsoRetry` says. This is the one place that retries:
 * the unit it repeats is a transfer together with its verification.
 */
export async function withRetry<T>(
  work: () => Promise<T>,
  options: {
    readonly policy: RetryPolicy;
    readonly signal: AbortSignal;
    readonly onRetry: (notice: RetryNotice) => void;
    readonly alsoRetry?: (error: unknown, attempt: number) => boolean;
  },
): Promise<T> {
  const { policy, signal, onRetry, alsoRetry } = options;
  let firstFailure: number | undefined;
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      const again = isRetryable(error) || alsoRetry?.(error, attempt) === true;
      firstFailure ??= performance.now();
      const wait = waitBefore(attempt + 1, error, policy);
      if (!again || attempt > (policy.retries ?? Number.POSITIVE_INFINITY) || performance.now() - firstFailure + wait > policy.budget)
        throw error;
      onRetry({ attempt, waitMs: wait, error });
      await sleep(wait, undefined, { signal });
    }
  }
}

/** Exponential with jitter; a store that names a time (`Retry-After`) is given at least that. */
function waitBefore(attempt: number, error: unknown, policy: RetryPolicy): number {
  const ceiling = Math.min(policy.longestWait, policy.firstWait * 2 ** (attempt - 2));
  const spread = ceiling * (0.5 + policy.random() / 2);
  const asked = isStorageError(error) ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(spread, asked);
}
