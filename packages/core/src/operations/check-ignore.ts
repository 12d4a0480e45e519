import type { Project } from '../project/project.ts';

export interface IgnoreVerdict {
  readonly path: string;
  readonly ignored: boolean;
  /** The patterns that matched, the deciding one last: `source:line:pattern` as DVC prints it. */
  readonly patterns: readonly { readonly source: string; readonly line: number; readonly pattern: string }[];
}

export declare function checkIgnore(project: Project, targets: readonly string[]): Promise<readonly IgnoreVerdict[]>;
