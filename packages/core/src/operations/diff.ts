import type { OperationContext } from '../events.ts';
import type { Project } from '../project/project.ts';

export interface DiffRequest {
  /** Default `HEAD`. */
  readonly from: string | undefined;
  /** Default: the work tree. */
  readonly to: string | undefined;
  readonly targets: readonly string[] | undefined;
  readonly hideMissing: boolean;
}

export interface DiffResult {
  readonly added: readonly { readonly path: string; readonly hash: string }[];
  readonly deleted: readonly { readonly path: string; readonly hash: string }[];
  readonly modified: readonly { readonly path: string; readonly hash: { readonly old: string; readonly new: string } }[];
  readonly renamed: readonly { readonly path: { readonly old: string; readonly new: string }; readonly hash: string }[];
  readonly notInCache: readonly { readonly path: string; readonly hash: string }[];
}

export declare function diff(project: Project, request: DiffRequest, context: OperationContext): Promise<DiffResult>;
