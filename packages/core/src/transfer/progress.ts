import type { OperationContext, WorkKind } from '../events.ts';

/** Counts what a transfer has done and tells it. */
export interface ProgressCounter {
  /** More work became known. */
  expect(files: number, bytes: number): void;
  /** Bytes that went over the wire since the last call. */
  moved(bytes: number): void;
  /** One more object is done. */
  done(): void;
  readonly files: number;
  readonly bytes: number;
}

/** Events at most every 50 ms: reporters show less than that. */
const interval = 50;

export function progressCounter(work: WorkKind, context: OperationContext, remote?: string): ProgressCounter {
  let files = 0;
  let bytes = 0;
  let totalFiles = 0;
  let totalBytes = 0;
  let last = 0;
  const tell = (now = performance.now()): void => {
    last = now;
    context.report({
      type: 'progress',
      work,
      files,
      bytes,
      totalFiles,
      ...(totalBytes >= bytes && totalBytes > 0 ? { totalBytes } : {}),
      ...(remote === undefined ? {} : { remote }),
    });
  };
  const tellSometimes = (): void => {
    const now = performance.now();
    if (now - last >= interval || files === totalFiles) tell(now);
  };
  return {
    expect(moreFiles, moreBytes) {
      totalFiles += moreFiles;
      totalBytes += moreBytes;
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
