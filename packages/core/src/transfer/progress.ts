import type { OperationContext, WorkKind } from '../events.ts';

/** Counts what a transfer has done and tells it. */
export interface ProgressCounter {
  /** More work became known, or with negative numbers less of it. `undefined` bytes: nobody knows how many, so no total is told from now on. */
  expect(files: number, bytes: number | undefined): void;
  /** Bytes that went over the wire since the last call; negative ones have to go once more. */
  moved(bytes: number): void;
  /** One more object is done. */
  done(): void;
  readonly files: number;
  readonly bytes: number;
}

/** Milliseconds between events: reporters show less than that. */
const interval = 50;

/** A counter that tells at most one event in 50 ms, nothing before something is expected, and what it kept back at the end of that time. */
export function progressCounter(work: WorkKind, context: OperationContext, remote?: string): ProgressCounter {
  let files = 0;
  let bytes = 0;
  let totalFiles = 0;
  let totalBytes: number | undefined = 0;
  let last = Number.NEGATIVE_INFINITY;
  let late: NodeJS.Timeout | undefined;
  const tell = (now = performance.now()): void => {
    last = now;
    clearTimeout(late);
    late = undefined;
    if (totalFiles === 0) return;
    context.report({
      type: 'progress',
      work,
      files,
      bytes,
      totalFiles,
      ...(totalBytes !== undefined && totalBytes >= bytes && totalBytes > 0 ? { totalBytes } : {}),
      ...(remote === undefined ? {} : { remote }),
    });
  };
  const tellSometimes = (): void => {
    const now = performance.now();
    if (now - last >= interval || files === totalFiles) tell(now);
    else late ??= setTimeout(tell, interval).unref();
  };
  return {
    expect(moreFiles, moreBytes) {
      totalFiles += moreFiles;
      totalBytes = totalBytes === undefined || moreBytes === undefined ? undefined : totalBytes + moreBytes;
      tellSometimes();
    },
    moved(more) {
      bytes += more;
      tellSometimes();
    },
    done() {
      files += 1;
      tellSometimes();
    },
    get files() {
      return files;
    },
    get bytes() {
      return bytes;
    },
  };
}

/** Bytes of objects together; `undefined` when one of them does not say. */
export function totalSize(objects: readonly { readonly size?: number | undefined }[]): number | undefined {
  let sum = 0;
  for (const { size } of objects) {
    if (size === undefined) return undefined;
    sum += size;
  }
  return sum;
}
