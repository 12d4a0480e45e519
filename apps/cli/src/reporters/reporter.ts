import type { DatapinEvent, ProgressEvent, RetryEvent, WorkKind } from '@datapin/core';

import type { Printer } from '../output/printer.ts';
import { progressLine } from './progress-line.ts';

/** Shows what an operation tells while it goes on. */
export interface Reporter {
  readonly report: (event: DatapinEvent) => void;
  /** Takes away what is not to stay on the screen. */
  stop(): void;
}

export interface ReporterOptions {
  readonly printer: Printer;
  /** Milliseconds, from any start. */
  readonly now: () => number;
}

/** A terminal line is drawn at most this often; more cannot be read and costs time. */
const drawEveryMs = 100;
/** Without a terminal a line is printed this often: enough to see in a log that work goes on. */
const logEveryMs = 10_000;

/** Progress as one line that changes (terminal) or a line every ten seconds (log); warnings and waits as lines that stay. All on stderr. */
export function createReporter({ printer, now }: ReporterOptions): Reporter {
  const running = new Map<WorkKind, { readonly since: number; event: ProgressEvent }>();
  const everyMs = printer.interactive ? drawEveryMs : logEveryMs;
  let shownAt = printer.interactive ? -Infinity : now();

  function progress(event: ProgressEvent): void {
    const time = now();
    const known = running.get(event.work);
    if (known === undefined) running.set(event.work, { since: time, event });
    else known.event = event;
    if (time - shownAt < everyMs) return;

    shownAt = time;
    const line = [...running.values()]
      .filter((work) => !isFinished(work.event) || running.size === 1)
      .map((work) => progressLine(work.event, (time - work.since) / 1000))
      .join(' · ');
    if (line === '') return;
    if (printer.interactive) printer.live(line);
    else printer.note(line);
  }

  /** One object that fails is noise, but whoever waits without seeing progress should know why. */
  function retry(event: RetryEvent): void {
    const wait = `${Math.ceil(event.waitMs / 1000)} s`;
    if (printer.verbosity === 'verbose') {
      printer.detail(`${event.remote}: ${event.reason}; trying ${event.key} again in ${wait} (${event.attempt})`);
      return;
    }
    const line = `${event.remote}: ${event.reason}; trying again in ${wait}`;
    if (printer.interactive) printer.live(line);
    else if (now() - shownAt >= everyMs) {
      shownAt = now();
      printer.note(line);
    }
  }

  return {
    report(event) {
      switch (event.type) {
        case 'progress':
          progress(event);
          break;
        case 'warning':
          printer.warning(event.message, event.hint);
          break;
        case 'retry':
          retry(event);
          break;
        case 'lock-wait':
          printer.note(`Waiting for another process that works in this repository (${event.path})`);
          break;
      }
    },
    stop() {
      printer.live(undefined);
    },
  };
}

function isFinished(event: ProgressEvent): boolean {
  return event.totalFiles !== undefined && event.files >= event.totalFiles;
}
