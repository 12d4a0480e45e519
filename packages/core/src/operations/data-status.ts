import type { OperationContext } from '../events.ts';
import type { Project } from '../project/project.ts';

export interface DataStatusRequest {
  readonly targets: readonly string[];
  readonly granular: boolean;
  readonly unchanged: boolean;
  readonly untrackedFiles: boolean;
  readonly notInRemote: boolean;
  readonly noRemoteRefresh: boolean;
  readonly remote: string | undefined;
}

export interface DataChanges {
  readonly added: readonly string[];
  readonly modified: readonly string[];
  readonly deleted: readonly string[];
  readonly renamed: readonly { readonly old: string; readonly new: string }[];
  readonly unknown: readonly string[];
}

/** Paths relative to `project.cwd`, directories with a trailing `/`. */
export interface DataStatusResult {
  readonly notInCache: readonly string[];
  readonly notInRemote: readonly string[];
  readonly committed: DataChanges;
  readonly uncommitted: DataChanges;
  readonly untracked: readonly string[];
  readonly unchanged: readonly string[];
  /** What git itself has to say: for the hint lines of the text output. */
  readonly git: { readonly isEmpty: boolean; readonly isDirty: boolean };
}

export declare function dataStatus(project: Project, request: DataStatusRequest, context: OperationContext): Promise<DataStatusResult>;
