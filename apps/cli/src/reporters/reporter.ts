import type { DatapinEvent, ProgressEvent, RetryEvent, WorkKind } from '@datapin/core';

import type { Printer } from '../output/printer.ts';
import { progressLine, shortProgressLines } from './progress-line.ts';

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

/** What is waited for comes first. */
const order: readonly WorkKind[] = ['download', 'upload', 'restore', 'query', 'hash', 'place', 'collect'];

/** One kind of work that has begun. */
interface Work {
  /** When its files began to count. */
  since: number;
  /** When the event came. */
  at: number;
  event: ProgressEvent;
}

/** Progress as one line that changes (terminal) or a line every ten seconds (log); warnings and waits as lines that stay. All on stderr. */
export function createReporter({ printer, now }: ReporterOptions): Reporter {
  const running = new Map<WorkKind, Work>();
  const everyMs = printer.interactive ? drawEveryMs : logEveryMs;
  let shownAt = printer.interactive ? -Infinity : now();
  let keepUntil = -Infinity;
  let ticking: NodeJS.Timeout | undefined;
  let stopped = false;

  function progress(event: ProgressEvent): void {
    const time = now();
    const known = running.get(event.work);
    if (known === undefined) running.set(event.work, { since: time, at: time, event });
    else {
      // The next output, or the files behind their directory objects: a speed is one of what is counted.
      if (event.files < known.event.files) known.since = time;
      known.at = time;
      known.event = event;
    }
    // What comes between two lines is shown late, and work that tells nothing for long is seen to go on.
    ticking ??= setInterval(tick, everyMs).unref();
    if (time - shownAt >= everyMs) show(time);
  }

  function tick(): void {
    const time = now();
    const isDue = time - shownAt >= everyMs && time >= keepUntil;
    if (isDue && (printer.interactive || [...running.values()].some(({ event }) => !isFinished(event)))) show(time);
  }

  function show(time: number): void {
    shownAt = time;
    const works = order
      .flatMap((kind) => running.get(kind) ?? [])
      .filter(({ event }) => !isFinished(event) || running.size === 1)
      .map(({ event, since, at }) => ({ event, seconds: ((isFinished(event) ? at : time) - since) / 1000 }));
    const [first] = works;
    if (first === undefined) return;
    const pieces = works.map(({ event, seconds }) => progressLine(event, seconds));
    const line = pieces.join(' · ');
    if (printer.interactive) printer.live([line, ...pieces.slice(0, 1), ...shortProgressLines(first.event, first.seconds)]);
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
    if (printer.interactive) {
      keepUntil = now() + event.waitMs;
      printer.live(line);
    } else if (now() - shownAt >= everyMs) {
      shownAt = now();
      printer.note(line);
    }
  }

  return {
    report(event) {
      switch (event.type) {
        case 'progress':
          if (!stopped) progress(event);
          break;
        case 'warning':
          printer.warning(event.message, event.hint);
          break;
        case 'retry':
          if (!stopped) retry(event);
          break;
        case 'lock-wait':
          printer.note(`Waiting for another process that works in this repository (${event.path})`);
          break;
      }
    },
    stop() {
      stopped = true;
      clearInterval(ticking);
      printer.live(undefined);
    },
  };
}

function isFinished(event: ProgressEvent): boolean {
  return event.totalFiles !== undefined && event.files >= event.totalFiles;
}
