import type { DatapinEvent, ProgressEvent } from '@datapin/core';
import { describe, expect, test } from 'vitest';

import { createPrinter } from '../../src/output/printer.ts';
import { createReporter } from '../../src/reporters/reporter.ts';
import { fakeHost } from '../fake-host.ts';

const mebibyte = 1024 * 1024;

function download(files: number, bytes: number): ProgressEvent {
  return { type: 'progress', work: 'download', files, bytes, totalFiles: 1200, totalBytes: 1200 * mebibyte, remote: 'store' };
}

/** Feeds events at given milliseconds and returns what stderr got. */
function played(
  events: readonly (readonly [at: number, event: DatapinEvent])[],
  options: Parameters<typeof fakeHost>[0],
  verbose = false,
): string {
  const { host, err } = fakeHost({ env: { NO_COLOR: '1' }, ...options });
  let time = 0;
  const reporter = createReporter({ printer: createPrinter({ ...host, verbosity: verbose ? 'verbose' : 'default' }), now: () => time });
  for (const [at, event] of events) {
    time = at;
    reporter.report(event);
  }
  reporter.stop();
  return err().replaceAll('\r\u001B[2K', '\n<');
}

describe('in a terminal', () => {
  test('one line changes at most ten times a second and is gone at the end', () => {
    const events = [
      [0, download(1, mebibyte)],
      [20, download(2, 2 * mebibyte)],
      [99, download(3, 3 * mebibyte)],
      [2000, download(80, 80 * mebibyte)],
    ] as const;
    expect(played(events, { terminal: true })).toBe(
      ['', '<Downloading 1 of 1,200 files, 1 MiB of 1.2 GiB', '<Downloading 80 of 1,200 files, 80 MiB of 1.2 GiB, 40 MiB/s', '<'].join(
        '\n',
      ),
    );
  });

  test('two kinds of work at once share the line, finished ones leave it', () => {
    const events = [
      [0, { type: 'progress', work: 'collect', files: 3, bytes: 0, totalFiles: 3 }],
      [200, download(10, 0)],
      [400, { type: 'progress', work: 'place', files: 4, bytes: 0 }],
    ] as const;
    expect(played(events, { terminal: true, columns: 100 }).split('\n').at(-2)).toBe(
      '<Downloading 10 of 1,200 files, 0 B of 1.2 GiB · Placing 4 files',
    );
  });
});

describe('in a log', () => {
  test('a line comes every ten seconds, none for short work', () => {
    const events = [0, 4000, 9999, 10_000, 15_000, 20_500].map((at) => [at, download(at / 100, 0)] as const);
    expect(played(events, {})).toBe('Downloading 100 of 1,200 files, 0 B of 1.2 GiB\nDownloading 205 of 1,200 files, 0 B of 1.2 GiB\n');
  });
});

const slowDown: DatapinEvent = { type: 'retry', remote: 'store', key: 'files/md5/ab/cd', attempt: 2, waitMs: 1500, reason: 'slow down' };

describe('a call that is tried again', () => {
  test('shows in the line of a terminal', () => {
    expect(played([[0, slowDown]], { terminal: true })).toBe('\n<store: slow down; trying again in 2 s\n<');
  });

  test('is told in a log when nothing else was for ten seconds', () => {
    const events = [1, 2, 10_001, 10_002].map((at) => [at, slowDown] as const);
    expect(played(events, {})).toBe('store: slow down; trying again in 2 s\n');
  });

  test('is told each time, with its object, by -v', () => {
    expect(played([[0, slowDown]], {}, true)).toBe('store: slow down; trying files/md5/ab/cd again in 2 s (2)\n');
  });
});

test('warnings and waiting for another process stay on the screen', () => {
  const events: readonly (readonly [number, DatapinEvent])[] = [
    [0, { type: 'warning', message: 'no reflinks here', hint: 'set cache.type' }],
    [0, { type: 'lock-wait', path: '.dvc/tmp/lock' }],
  ];
  expect(played(events, {})).toBe(
    'WARNING: no reflinks here\nhint: set cache.type\nWaiting for another process that works in this repository (.dvc/tmp/lock)\n',
  );
});
