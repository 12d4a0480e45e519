import type { DatapinEvent } from '@datapin/core';
import { expect, test } from 'vitest';

import { logReporter } from '../src/log-reporter.ts';

/** What is logged of events that come at given times, in seconds. */
function logOf(events: readonly (readonly [seconds: number, event: DatapinEvent])[]): readonly string[] {
  const lines: string[] = [];
  let time = 0;
  const log = { info: (line: string) => lines.push(line), warning: (line: string) => lines.push(`WARNING ${line}`) };
  const report = logReporter({ log, now: () => time * 1000 });
  for (const [seconds, event] of events) {
    time = seconds;
    report(event);
  }
  return lines;
}

const download = (files: number, bytes: number): DatapinEvent => ({
  type: 'progress',
  work: 'download',
  files,
  bytes,
  totalFiles: 40,
  totalBytes: 10 * 1024 ** 2,
});

test('progress is one line in ten seconds, and none when it is over sooner', () => {
  expect(
    logOf([
      [0, download(0, 0)],
      [3, download(10, 3_000_000)],
      [9.9, download(39, 9_000_000)],
    ]),
  ).toEqual([]);
  expect(logOf([0, 4, 8, 12, 16, 20, 24].map((second) => [second, download(second, second * 1024 ** 2)]))).toEqual([
    'Downloading 12 of 40 files, 12 MiB of 10 MiB, 1 MiB/s',
    'Downloading 24 of 40 files, 24 MiB of 10 MiB, 1 MiB/s',
  ]);
});

test('a total that is not known yet is left out', () => {
  expect(
    logOf([
      [0, { type: 'progress', work: 'collect', files: 0, bytes: 0 }],
      [10, { type: 'progress', work: 'collect', files: 7, bytes: 0 }],
    ]),
  ).toEqual(['Collecting 7 files']);
});

test('warnings come at once, with their hint', () => {
  expect(logOf([[0, { type: 'warning', message: 'careful', hint: 'look' }]])).toEqual(['WARNING careful\nlook']);
});

test('the first retry is told at once, then how many there were in ten seconds', () => {
  const retry = { type: 'retry', remote: 'origin', key: 'files/md5/ab/c', attempt: 1, waitMs: 1500, reason: '503' } as const;
  expect(logOf([0, 1, 2, 10, 11].map((second) => [second, retry]))).toEqual([
    "Remote 'origin': a request is tried again, this one in 2 s: 503",
    "Remote 'origin': 3 requests are tried again, this one in 2 s: 503",
  ]);
});

test('a name from the repository cannot begin a line of its own, which the runner would obey', () => {
  const retry = { type: 'retry', remote: 'x\n::error::gotcha', key: '', attempt: 1, waitMs: 0, reason: '\r\n::stop-commands::x' } as const;
  const lines = logOf([
    [0, retry],
    [0, { type: 'lock-wait', path: 'a\n::error::b' }],
  ]);
  expect(lines.filter((line) => /\p{Cc}|^\s*::/u.test(line))).toEqual([]);
  expect(lines).toHaveLength(2);
});
