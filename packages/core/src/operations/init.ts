import type { OperationContext } from '../events.ts';

export interface InitRequest {
  /** Absolute folder to make a repository of. */
  readonly directory: string;
  readonly noScm: boolean;
  readonly subdir: boolean;
  /** Removes an existing `.dvc`, its cache included. */
  readonly force: boolean;
}

export interface InitResult {
  readonly root: string;
  /** Absolute paths that were written and, with git, staged. */
  readonly files: readonly string[];
}

/** Makes `.dvc/`, `.dvcignore` and `.dvc/.gitignore` with DVC's bytes. Rejects with `already-initialised`, `no-git`. */
export declare function init(request: InitRequest, context: OperationContext): Promise<InitResult>;
