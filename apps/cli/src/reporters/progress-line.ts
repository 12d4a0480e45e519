import type { ProgressEvent, WorkKind } from '@datapin/core';

import { formatBytes } from '../output/format-bytes.ts';

const verbs: Readonly<Record<WorkKind, string>> = {
  collect: 'Collecting',
  hash: 'Hashing',
  query: 'Looking up',
  restore: 'Restoring',
  download: 'Downloading',
  upload: 'Uploading',
  place: 'Placing',
};

/** One kind of work as a piece of a line: `Downloading 12 of 40 files, 3.1 MiB of 9 MiB, 1.2 MiB/s`. `seconds` is how long it has been going on. */
export function progressLine(event: ProgressEvent, seconds: number): string {
  const count = event.totalFiles === undefined ? files(event.files) : `${event.files.toLocaleString('en')} of ${files(event.totalFiles)}`;
  return [`${verbs[event.work]} ${count}`, size(event, ' of '), rate(event, seconds)].filter((part) => part !== undefined).join(', ');
}

/** The same in less room, longest first: `Downloading 12/40 · 3.1 MiB/9 MiB · 1.2 MiB/s`, in the end `12/40 · 1.2 MiB/s`. */
export function shortProgressLines(event: ProgressEvent, seconds: number): readonly string[] {
  const count = [event.files, event.totalFiles].filter((number) => number !== undefined).map((number) => number.toLocaleString('en'));
  const done = count.join('/');
  const speed = rate(event, seconds);
  const line = [done, size(event, '/'), speed].filter((part) => part !== undefined).join(' · ');
  return [`${verbs[event.work]} ${line}`, line, speed === undefined ? done : `${done} · ${speed}`];
}

function files(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'file' : 'files'}`;
}

function size({ bytes, totalBytes }: ProgressEvent, of: string): string | undefined {
  if (totalBytes === undefined) return bytes > 0 ? formatBytes(bytes) : undefined;
  return totalBytes > 0 || bytes > 0 ? `${formatBytes(bytes)}${of}${formatBytes(totalBytes)}` : undefined;
}

function rate({ bytes }: ProgressEvent, seconds: number): string | undefined {
  return seconds >= 1 && bytes > 0 ? `${formatBytes(bytes / seconds)}/s` : undefined;
}
