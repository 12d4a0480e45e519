import type { OperationContext } from '../events.ts';
import type { Project } from '../project/project.ts';

export interface CommitRequest {
  readonly targets: readonly string[];
  readonly force: boolean;
  readonly withDeps: boolean;
  readonly recursive: boolean;
  readonly noRelink: boolean;
}

export interface CommitResult {
  /** Metafiles (`x.dvc`, `dvc.lock`) that changed, relative to the project root. */
  readonly changed: readonly string[];
  readonly toStage: readonly string[];
  readonly staged: boolean;
}

/** Records the work tree's present content of outputs (and of a stage's dependencies and params) in the metafiles. */
export declare function commit(project: Project, request: CommitRequest, context: OperationContext): Promise<CommitResult>;
