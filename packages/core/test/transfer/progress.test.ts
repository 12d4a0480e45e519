import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { DatapinEvent } from '../../src/events.ts';
import { progressCounter } from '../../src/transfer/progress.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function counting(): { readonly counter: ReturnType<typeof progressCounter>; readonly events: DatapinEvent[] } {
  const events: DatapinEvent[] = [];
  const context = { signal: new AbortController().signal, report: (event: DatapinEvent) => void events.push(event) };
  return { counter: progressCounter('upload', context, 'store'), events };
}

const event = { type: 'progress', work: 'upload', remote: 'store' };

test('what comes at once is one event, told when its time has come', () => {
  const { counter, events } = counting();
  counter.expect(3, 300);
  counter.done();
  counter.moved(50);
  counter.moved(70);
  expect(events).toEqual([{ ...event, files: 0, bytes: 0, totalFiles: 3, totalBytes: 300 }]);
  vi.advanceTimersByTime(1000);
  expect(events.slice(1)).toEqual([{ ...event, files: 1, bytes: 120, totalFiles: 3, totalBytes: 300 }]);
});

test('the last file is told at once, and nothing after it', () => {
  const { counter, events } = counting();
  counter.expect(2, 20);
  counter.moved(20);
  counter.done();
  counter.done();
  vi.advanceTimersByTime(1000);
  expect(events.slice(1)).toEqual([{ ...event, files: 2, bytes: 20, totalFiles: 2, totalBytes: 20 }]);
});

test('nothing is told of no files', () => {
  const { counter, events } = counting();
  counter.expect(0, 0);
  expect(events).toEqual([]);
});

test('a total that is not known is not told, also when more becomes known', () => {
  const { counter, events } = counting();
  counter.expect(2, undefined);
  counter.expect(1, 100);
  counter.moved(10);
  vi.advanceTimersByTime(1000);
  expect(events.at(-1)).toEqual({ ...event, files: 0, bytes: 10, totalFiles: 3 });
});
