import type { OperationContext } from '../events.ts';
import type { ProjectOptions } from '../project/project.ts';

export interface ListRequest {
  /** A folder or a git URL. */
  readonly url: string;
  readonly path: string | undefined;
  readonly rev: string | undefined;
  readonly recursive: boolean;
  readonly level: number | undefined;
  readonly dvcOnly: boolean;
  readonly remote: string | undefined;
  readonly remoteConfig: ReadonlyMap<string, string>;
  readonly config: string | undefined;
}

export interface ListEntry {
  readonly path: string;
  readonly isOut: boolean;
  readonly isDir: boolean;
  readonly isExec: boolean;
  readonly size: number | undefined;
  readonly md5: string | undefined;
}

/** Files and directories of a repository, those that git tracks and those that DVC tracks together, sorted. */
export declare function list(options: ProjectOptions, request: ListRequest, context: OperationContext): Promise<readonly ListEntry[]>;
