import type { OperationContext } from '../events.ts';
import type { Project } from '../project/project.ts';
import type { RevisionScope } from './fetch.ts';

export interface StatusRequest {
  readonly targets: readonly string[];
  readonly withDeps: boolean;
  readonly recursive: boolean;
  readonly noUpdates: boolean;
}

export type EntryStatus = 'deleted' | 'modified' | 'new' | 'not in cache' | 'update available';

/** One item of DVC's status list for a stage, in DVC's words and order. */
export type StageChange =
  | 'always changed'
  | 'changed checksum'
  | 'changed command'
  | { readonly 'changed deps': Readonly<Record<string, EntryStatus | Readonly<Record<string, EntryStatus>>>> }
  | { readonly 'changed outs': Readonly<Record<string, EntryStatus>> };

/** Stage address → changes; only stages with changes. Paths and addresses are relative to `project.cwd`, as DVC prints them. */
export type StatusResult = ReadonlyMap<string, readonly StageChange[]>;

/** Work tree against metafiles (and cache). */
export declare function status(project: Project, request: StatusRequest, context: OperationContext): Promise<StatusResult>;

export interface CloudStatusRequest extends RevisionScope {
  readonly targets: readonly string[];
  readonly withDeps: boolean;
  readonly recursive: boolean;
  readonly remote: string | undefined;
  readonly jobs: number | undefined;
}

/** Path → `new` (in the cache only), `deleted` (on the remote only), `missing` (neither). */
export type CloudStatusResult = ReadonlyMap<string, 'new' | 'deleted' | 'missing'>;

/** Cache against remote: `status -c`. */
export declare function cloudStatus(project: Project, request: CloudStatusRequest, context: OperationContext): Promise<CloudStatusResult>;
