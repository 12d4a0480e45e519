import type { DatapinEvent, ProgressEvent } from '@datapin/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { createPrinter } from '../../src/output/printer.ts';
import { createReporter, type Reporter } from '../../src/reporters/reporter.ts';
import { fakeHost } from '../fake-host.ts';

const mebibyte = 1024 * 1024;
const clearLine = '\r\u001B[2K';

function download(files: number, bytes: number): ProgressEvent {
  return { type: 'progress', work: 'download', files, bytes, totalFiles: 1200, totalBytes: 1200 * mebibyte, remote: 'store' };
}

function place(files: number): ProgressEvent {
  return { type: 'progress', work: 'place', files, bytes: 0, totalFiles: 1200 };
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
  return err().replaceAll(clearLine, '\n<');
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

  test('the transfer comes first, whatever began first', () => {
    const events = [
      [0, place(0)],
      [200, download(10, 0)],
    ] as const;
    expect(played(events, { terminal: true }).split('\n').at(-2)).toBe(
      '<Downloading 10 of 1,200 files, 0 B of 1.2 GiB · Placing 0 of 1,200 files',
    );
  });

  test.each([
    [120, 'Downloading 1,100 of 1,200 files, 279 MiB of 1.2 GiB, 139 MiB/s · Placing 900 of 1,200 files'],
    [80, 'Downloading 1,100 of 1,200 files, 279 MiB of 1.2 GiB, 139 MiB/s'],
    [60, 'Downloading 1,100/1,200 · 279 MiB/1.2 GiB · 139 MiB/s'],
    [50, '1,100/1,200 · 279 MiB/1.2 GiB · 139 MiB/s'],
    [40, '1,100/1,200 · 139 MiB/s'],
    [20, '1,100/1,200 · 13…'],
  ])('in %i columns the other work is left out whole, then the line is a shorter one', (columns, line) => {
    const events = [
      [0, download(1, 0)],
      [0, place(0)],
      [1000, place(900)],
      [2000, download(1100, 278.5 * mebibyte)],
    ] as const;
    expect(played(events, { terminal: true, columns }).split('\n').at(-2)).toBe(`<${line}`);
  });

  test('speed is that of what is counted: the next files have their own', () => {
    const events = [
      [0, download(0, 0)],
      [5000, download(1200, 1200 * mebibyte)],
      [6000, download(0, 0)],
      [8000, download(1, 20 * mebibyte)],
    ] as const;
    expect(played(events, { terminal: true }).split('\n').at(-2)).toBe('<Downloading 1 of 1,200 files, 20 MiB of 1.2 GiB, 10 MiB/s');
  });
});

describe('while nothing is told', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function watching(terminal: boolean): { readonly reporter: Reporter; readonly shown: () => readonly string[] } {
    const { host, err } = fakeHost({ env: { NO_COLOR: '1' }, terminal });
    const reporter = createReporter({ printer: createPrinter({ ...host, verbosity: 'default' }), now: () => performance.now() });
    return {
      reporter,
      shown: () =>
        err()
          .replaceAll(clearLine, '\n')
          .split('\n')
          .slice(terminal ? 1 : 0),
    };
  }

  test('the line of a terminal shows the last that was told', () => {
    const { reporter, shown } = watching(true);
    for (const files of [1, 2, 3]) reporter.report(place(files));
    vi.advanceTimersByTime(1000);
    expect(shown()).toEqual(['Placing 1 of 1,200 files', 'Placing 3 of 1,200 files']);
  });

  test('work that is done keeps the speed that it had', () => {
    const { reporter, shown } = watching(true);
    reporter.report(download(0, 0));
    vi.advanceTimersByTime(2000);
    reporter.report(download(1200, 1200 * mebibyte));
    vi.advanceTimersByTime(10_000);
    expect(shown().at(-1)).toBe('Downloading 1,200 of 1,200 files, 1.2 GiB of 1.2 GiB, 600 MiB/s');
  });

  test('a wait for another try stays for its time', () => {
    const { reporter, shown } = watching(true);
    reporter.report(download(1, 0));
    reporter.report(slowDown);
    vi.advanceTimersByTime(1400);
    expect(shown().at(-1)).toBe('store: slow down; trying again in 2 s');
    vi.advanceTimersByTime(200);
    expect(shown().at(-1)).toBe('Downloading 1 of 1,200 files, 0 B of 1.2 GiB');
  });

  test('a log gets its line every ten seconds until the work is done', () => {
    const { reporter, shown } = watching(false);
    reporter.report(place(7));
    vi.advanceTimersByTime(20_000);
    reporter.report(place(1200));
    vi.advanceTimersByTime(60_000);
    expect(shown()).toEqual(['Placing 7 of 1,200 files', 'Placing 7 of 1,200 files', '']);
  });

  test('nothing is shown when the command has ended, also of what is told late', () => {
    const { reporter, shown } = watching(true);
    reporter.report(place(1));
    reporter.report(place(2));
    reporter.stop();
    reporter.report(place(3));
    reporter.report(slowDown);
    vi.advanceTimersByTime(20_000);
    expect(shown()).toEqual(['Placing 1 of 1,200 files', '']);
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
