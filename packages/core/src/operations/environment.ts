import type { Project } from '../project/project.ts';

/** One line of `datapin doctor`: what was looked at, what was found, and whether it is a problem. */
export interface EnvironmentFinding {
  readonly topic: string;
  readonly found: string;
  readonly problem?: string;
  readonly hint?: string;
}

/** Cache directory and its link types, file systems, lock kind, git, remotes and their plugins. */
export declare function inspectEnvironment(project: Project): Promise<readonly EnvironmentFinding[]>;
