import type { DvcIgnore } from './dvc-ignore.ts';
import type { FileTree } from './file-tree.ts';
import type { Project } from './project.ts';
import type { StageGraph } from './stage-graph.ts';
import type { Stage } from './stage.ts';

/**
 * All stages of a project as they stand in the work tree or at one commit. Nothing is read before it is asked for, and nothing twice;
 * an invalid metafile is an error that names it (`invalid-metafile`).
 */
export interface RepositoryView {
  readonly project: Project;
  /** Full commit id; `undefined` for the work tree. */
  readonly commit: string | undefined;
  /** The project's files there. */
  readonly files: FileTree;
  /** `.dvcignore` at all levels, with everything DVC never looks at: `.dvc`, `.git`, other projects inside this one. */
  readonly dvcIgnore: DvcIgnore;
  /** Every stage, found by walking the project. */
  stages(): Promise<readonly Stage[]>;
  /**
   * The stages of one metafile (path relative to the project root), whether a walk would find it or not.
   * Rejects with `unknown-target` (not there), `target-ignored` or `invalid-target` (not a metafile).
   */
  stagesIn(file: string): Promise<readonly Stage[]>;
  /** All stages, checked for outputs that overlap (`target-overlaps`), with what depends on what. */
  graph(): Promise<StageGraph>;
}
