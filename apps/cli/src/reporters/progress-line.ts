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
  const parts: string[] = [];
  parts.push(event.totalFiles === undefined ? files(event.files) : `${event.files.toLocaleString('en')} of ${files(event.totalFiles)}`);
  if (event.bytes > 0 || (event.totalBytes ?? 0) > 0) {
    const total = event.totalBytes === undefined ? '' : ` of ${formatBytes(event.totalBytes)}`;
    parts.push(`${formatBytes(event.bytes)}${total}`);
    if (seconds >= 1 && event.bytes > 0) parts.push(`${formatBytes(event.bytes / seconds)}/s`);
  }
  return `${verbs[event.work]} ${parts.join(', ')}`;
}

function files(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'file' : 'files'}`;
}
