import { ApiFailure } from './answer.ts';

/** What may go wrong with a request. */
export type Fault = 'none' | 'error-500' | 'error-503' | 'reset' | 'lost-reply' | 'cut-body';

export interface WeatherOptions {
  /** Requests that are served within any second; more are refused. */
  readonly requestsPerSecond?: number;
  /** Share of the requests that meet a fault, 0 to 1. */
  readonly faultRate?: number;
  readonly seed?: number;
}

/** Rate limits and faults, the same for the same seed and order of requests. */
export interface Weather {
  /** Throws Drive's refusal when there were too many. */
  admit(): void;
  next(): Fault;
}

const faults: readonly Fault[] = ['error-500', 'error-503', 'reset', 'lost-reply', 'cut-body'];

export function createWeather({ requestsPerSecond, faultRate = 0, seed = 1 }: WeatherOptions): Weather {
  const served: number[] = [];
  let state = seed >>> 0;
  let refusals = 0;
  function random(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }
  return {
    admit() {
      if (requestsPerSecond === undefined) return;
      const now = performance.now();
      while (served[0] !== undefined && now - served[0] >= 1000) served.shift();
      if (served.length < requestsPerSecond) {
        served.push(now);
        return;
      }
      refusals += 1;
      // Drive has several words for it
      if (refusals % 3 === 0) throw new ApiFailure(429, 'rateLimitExceeded', 'Rate Limit Exceeded');
      throw new ApiFailure(403, refusals % 3 === 1 ? 'userRateLimitExceeded' : 'rateLimitExceeded', 'User Rate Limit Exceeded');
    },
    next: () => (random() < faultRate ? (faults[Math.floor(random() * faults.length)] ?? 'none') : 'none'),
  };
}
