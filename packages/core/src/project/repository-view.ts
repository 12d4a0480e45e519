import type { Stage } from './stage.ts';

/**
 * All stages of a project as they stand in the work tree or at one commit. Reading is lazy per file and cached;
 * an invalid metafile is an error that names it.
 */
export interface RepositoryView {
  /** `undefined` for the work tree. */
  readonly commit: string | undefined;
  readonly stages: readonly Stage[];
}
