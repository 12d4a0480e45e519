/** What a long piece of work is doing. */
export type WorkKind = 'collect' | 'hash' | 'query' | 'restore' | 'download' | 'upload' | 'place';

/** Told while work goes on; often. Reporters decide what to show. `total…` is absent while it is not known yet, and may grow. */
export interface ProgressEvent {
  readonly type: 'progress';
  readonly work: WorkKind;
  readonly files: number;
  readonly bytes: number;
  readonly totalFiles?: number;
  readonly totalBytes?: number;
  /** The remote it is about, where there is one. */
  readonly remote?: string;
}

/** Something the user should know although the command goes on. */
export interface WarningEvent {
  readonly type: 'warning';
  readonly message: string;
  readonly hint?: string;
}

/** A call to a remote failed and will be tried again. */
export interface RetryEvent {
  readonly type: 'retry';
  readonly remote: string;
  readonly key: string;
  readonly attempt: number;
  readonly waitMs: number;
  readonly reason: string;
}

/** Another process holds the repository's lock; we wait for it. */
export interface LockWaitEvent {
  readonly type: 'lock-wait';
  readonly path: string;
}

export type DatapinEvent = ProgressEvent | WarningEvent | RetryEvent | LockWaitEvent;

/** How a running operation is cancelled and watched. Every operation takes one as its last argument. */
export interface OperationContext {
  readonly signal: AbortSignal;
  readonly report: (event: DatapinEvent) => void;
  /** Wait for the repository's lock as long as it takes, instead of giving up after three seconds (`--wait-for-lock`). */
  readonly waitForLock?: boolean | undefined;
}
