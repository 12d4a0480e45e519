import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

import { redactor } from '@datapin/storage';

import type { Guarantee, Need } from './guarantee.ts';
import { isMethod, type PlannedGuarantee, planSuite, tryPlanned } from './plan-suite.ts';
import { defaultLimits, type StorageUnderTest } from './storage-under-test.ts';
import type { TrialGround } from './try-guarantee.ts';

/**
 * `kept`, `broken`; `deviates`: not kept, as declared; `not-offered`: the storage has no such method, as declared; `not-tried`: the test
 * server could not give what was needed.
 */
export type Verdict = 'kept' | 'broken' | 'deviates' | 'not-offered' | 'not-tried';

/** What became of one guarantee. */
export interface GuaranteeResult {
  readonly id: string;
  readonly area: string;
  readonly promise: string;
  readonly verdict: Verdict;
  /** Of a broken promise what happened instead; of others that are not kept what was declared. Without secrets. */
  readonly reason?: string;
  /** What was not there, of a promise that was not offered or not tried. */
  readonly need?: Need;
  /** Of a broken promise: where to look. */
  readonly look?: string;
  readonly milliseconds: number;
}

export interface RunOptions {
  /** Ends the run between two guarantees. */
  readonly signal?: AbortSignal;
  /** Only guarantees for which this is true. All when absent. */
  readonly select?: (guarantee: Pick<Guarantee, 'id' | 'area'>) => boolean;
}

const deadlineMs = 120_000;

/**
 * Runs the conformance suite without a test framework: yields what became of each guarantee, in order, and stops the store at the end. Rejects
 * when the store does not start, or with the signal's reason. Throws what {@link planSuite} throws.
 */
export async function* runSuite(
  underTest: StorageUnderTest,
  { signal, select = () => true }: RunOptions = {},
): AsyncGenerator<GuaranteeResult, void, undefined> {
  const planned = planSuite(underTest).filter(({ guarantee }) => select(guarantee));
  await using server = await underTest.start();
  const ground: TrialGround = {
    plugin: underTest.plugin,
    server,
    limits: { ...defaultLimits, ...underTest.limits },
    lacks: underTest.lacks ?? {},
  };
  const redact = redactor(server.secrets ?? []);
  for (const one of planned) {
    signal?.throwIfAborted();
    yield await resultOf(one, ground, redact);
  }
}

async function resultOf(planned: PlannedGuarantee, ground: TrialGround, redact: (text: string) => string): Promise<GuaranteeResult> {
  const { guarantee, deviation, lacking } = planned;
  const { id, area, promise, look } = guarantee;
  const start = performance.now();
  const failure = await failureOfTrial(planned, ground);
  const facts = { id, area, promise, milliseconds: Math.round(performance.now() - start) };
  if ('error' in failure) return { ...facts, verdict: 'broken', reason: redact(reasonOf(failure.error)), look };
  if (failure.kept) return { ...facts, verdict: 'kept' };
  if (lacking !== undefined) return { ...facts, verdict: isMethod(lacking.need) ? 'not-offered' : 'not-tried', ...lacking };
  return { ...facts, verdict: 'deviates', reason: deviation?.reason ?? '' };
}

/** How a trial ended. One that does not end, and a rejection that nobody handled, are failures of the guarantee that was tried then. */
async function failureOfTrial(
  planned: PlannedGuarantee,
  ground: TrialGround,
): Promise<{ readonly kept: boolean } | { readonly error: unknown }> {
  const stray = Promise.withResolvers<never>();
  const onStray = (error: unknown): void => stray.reject(new Error('a promise was rejected and nobody handled it', { cause: error }));
  process.on('unhandledRejection', onStray);
  const timer = new AbortController();
  try {
    const kept = await Promise.race([
      tryPlanned(planned, ground),
      stray.promise,
      sleep(deadlineMs, undefined, { signal: timer.signal, ref: false }).then(() => {
        throw new Error(`it did not end within ${deadlineMs / 1000} seconds`);
      }),
    ]);
    return { kept };
  } catch (error) {
    return { error };
  } finally {
    timer.abort();
    process.off('unhandledRejection', onStray);
  }
}

/** The message, and those of the causes: what a reader needs to see what happened. */
function reasonOf(error: unknown): string {
  const messages: string[] = [];
  for (let cause = error; cause !== undefined && messages.length < 4; cause = cause instanceof Error ? cause.cause : undefined) {
    messages.push(cause instanceof Error ? cause.message : inspect(cause));
  }
  return messages.join(': ');
}
