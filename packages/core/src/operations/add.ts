import type { OperationContext } from '../events.ts';
import type { Project } from '../project/project.ts';

export interface AddRequest {
  /** As typed, relative to `project.cwd`. */
  readonly targets: readonly string[];
  readonly glob: boolean;
  readonly noCommit: boolean;
  readonly noRelink: boolean;
  readonly force: boolean;
  /** `-o`: where to put the data; one target only. */
  readonly out: string | undefined;
  readonly toRemote: boolean;
  readonly remote: string | undefined;
  readonly jobs: number | undefined;
}

export interface AddResult {
  /** Metafiles written or found up to date, relative to the project root. */
  readonly metafiles: readonly string[];
  /** Absolute paths to `git add`: metafiles and `.gitignore`s that changed. */
  readonly toStage: readonly string[];
  /** Whether `core.autostage` already staged them. */
  readonly staged: boolean;
  readonly files: number;
  readonly bytes: number;
}

/** Puts data under control: hash, store, link, `.gitignore`, metafile last. Targets inside a tracked directory update that directory. */
export declare function add(project: Project, request: AddRequest, context: OperationContext): Promise<AddResult>;
