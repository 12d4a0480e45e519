import { afterEach, expect, test, vi } from 'vitest';

import { parseRetryAfter } from '../src/parse-retry-after.ts';

afterEach(() => {
  vi.useRealTimers();
});

test.each([
  ['7', 7000],
  ['0', 0],
  ['Sat, 01 Jan 2000 00:01:00 GMT', 60_000],
  ['Fri, 31 Dec 1999 23:59:00 GMT', 0],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('%j asks to wait %j milliseconds', (header, wait) => {
  vi.useFakeTimers({ now: new Date('2000-01-01T00:00:00Z') });
  expect(parseRetryAfter(header)).toBe(wait);
});
