import type { Project, ProjectOptions } from './project.ts';

/** Finds the project root at or above `cwd`, reads the configuration. Rejects with `not-a-repository`, `invalid-config`. */
export declare function openProject(options: ProjectOptions): Promise<Project>;
