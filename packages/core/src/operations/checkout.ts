import type { OperationContext } from '../events.ts';
import type { Project } from '../project/project.ts';

export interface CheckoutRequest {
  readonly targets: readonly string[];
  readonly withDeps: boolean;
  readonly recursive: boolean;
  readonly force: boolean;
  readonly relink: boolean;
  readonly allowMissing: boolean;
}

/** What changed in the work tree: paths relative to the project root, directories with a trailing `/`. */
export interface WorkspaceChanges {
  readonly added: readonly string[];
  readonly modified: readonly string[];
  readonly deleted: readonly string[];
}

export interface CheckoutResult extends WorkspaceChanges {
  /** Outputs that could not be placed, because objects are not in the cache; paths relative to the project root. */
  readonly failed: readonly string[];
  /** Files (not directories) behind the changes, per kind, for the summary. */
  readonly fileCounts: { readonly added: number; readonly modified: number; readonly deleted: number };
}

/**
 * Makes the work tree show what the metafiles pin. Rejects with `unsaved-changes` before touching anything when uncached content would be lost.
 * Without targets it also removes data that is no longer an output and is unchanged since it was placed.
 */
export declare function checkout(project: Project, request: CheckoutRequest, context: OperationContext): Promise<CheckoutResult>;
