import type { DatapinEvent, ProgressEvent, RetryEvent, WorkKind } from '@datapin/core';

import { formatBytes } from './format-bytes.ts';
import { printable } from './printable.ts';

/** The log of a step, as the runner takes it. */
interface StepLog {
  info(line: string): void;
  warning(line: string): void;
}

export interface LogReporterOptions {
  readonly log: StepLog;
  /** Milliseconds, from any start. */
  readonly now: () => number;
}

/** A runner's log keeps every line, and a job that is silent for long looks dead: one line of progress in so many milliseconds. */
const interval = 10_000;

const doings: Readonly<Record<WorkKind, string>> = {
  collect: 'Collecting',
  hash: 'Hashing',
  query: 'Asking the remote',
  restore: 'Restoring from the Actions cache',
  download: 'Downloading',
  upload: 'Uploading',
  place: 'Placing',
};

/** Tells the log of a step what goes on: now and then a line of progress or about retries; warnings and waits as they come. */
export function logReporter({ log, now }: LogReporterOptions): (event: DatapinEvent) => void {
  const begun = new Map<WorkKind, number>();
  let lastProgress = now();
  let lastRetry = Number.NEGATIVE_INFINITY;
  let retries = 0;

  function progress(event: ProgressEvent): void {
    const time = now();
    const since = begun.get(event.work) ?? time;
    begun.set(event.work, since);
    if (time - lastProgress < interval) return;
    lastProgress = time;
    log.info(progressLine(event, (time - since) / 1000));
  }

  function retry({ remote, reason, waitMs }: RetryEvent): void {
    retries += 1;
    if (now() - lastRetry < interval) return;
    lastRetry = now();
    const count = retries === 1 ? 'a request is' : `${retries} requests are`;
    retries = 0;
    log.info(printable(`Remote '${remote}': ${count} tried again, this one in ${Math.ceil(waitMs / 1000)} s: ${reason}`));
  }

  return (event) => {
    switch (event.type) {
      case 'progress':
        progress(event);
        break;
      case 'retry':
        retry(event);
        break;
      case 'warning':
        log.warning(
          [event.message, event.hint]
            .filter((text) => text !== undefined)
            .map(printable)
            .join('\n'),
        );
        break;
      case 'lock-wait':
        log.info(printable(`Waiting for another process that works in this repository (${event.path})`));
        break;
    }
  };
}

/** `Downloading 12 of 40 files, 3.1 MiB of 9 MiB, 1.2 MiB/s` */
function progressLine(event: ProgressEvent, seconds: number): string {
  const files = event.totalFiles === undefined ? `${event.files}` : `${event.files} of ${event.totalFiles}`;
  const parts = [`${doings[event.work]} ${files} files`];
  if (event.bytes > 0) {
    parts.push(
      event.totalBytes === undefined ? formatBytes(event.bytes) : `${formatBytes(event.bytes)} of ${formatBytes(event.totalBytes)}`,
    );
    if (seconds >= 1) parts.push(`${formatBytes(event.bytes / seconds)}/s`);
  }
  return parts.join(', ');
}
