import type { OperationContext } from '../events.ts';
import type { Project } from '../project/project.ts';
import type { MissingObject } from '../transfer/missing-object.ts';

/** Which revisions besides the work tree. */
export interface RevisionScope {
  readonly allBranches: boolean;
  readonly allTags: boolean;
  readonly allCommits: boolean;
}

export interface TransferRequest extends RevisionScope {
  readonly targets: readonly string[];
  readonly remote: string | undefined;
  readonly jobs: number | undefined;
  readonly withDeps: boolean;
  readonly recursive: boolean;
  readonly glob: boolean;
}

export interface FetchRequest extends TransferRequest {
  readonly maxSize: number | undefined;
  readonly types: readonly ('metrics' | 'plots')[];
}

export interface FetchResult {
  /** Objects brought into the cache, directory objects included (DVC counts them so). */
  readonly fetched: number;
  readonly files: number;
  readonly bytes: number;
  /** What is still not in the cache. Empty when everything is there. */
  readonly missing: readonly MissingObject[];
}

/** Brings pinned objects into the cache. Resolves with what is missing; rejects only when nothing can be said about the objects. */
export declare function fetch(project: Project, request: FetchRequest, context: OperationContext): Promise<FetchResult>;
