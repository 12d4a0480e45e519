import { isAbsolute, relative, resolve, sep } from 'node:path';

import { createDvcIgnore } from '../project/dvc-ignore.ts';
import { workTreeFiles } from '../project/file-tree.ts';
import type { Project } from '../project/project.ts';

export interface IgnoreVerdict {
  /** As it was asked for. */
  readonly path: string;
  readonly ignored: boolean;
  /** The patterns that matched, the deciding one last. A pattern with `!` matches and does not ignore. */
  readonly patterns: readonly MatchedPattern[];
}

export interface MatchedPattern {
  /** The `.dvcignore`, relative to the project root; empty for a built-in rule, `in sub_repo` for a project inside this one. */
  readonly source: string;
  /** From 1; 0 for a rule that no file holds. */
  readonly line: number;
  readonly pattern: string;
  /** As DVC prints it: `source:line:pattern`, `:.git/` for a built-in one, `in sub_repo:name` for a project inside this one. */
  readonly text: string;
}

/** Whether `.dvcignore` rules apply to paths, which are relative to `project.cwd` and need not exist. A path outside of the project is not ignored. */
export async function checkIgnore(project: Project, targets: readonly string[]): Promise<readonly IgnoreVerdict[]> {
  const files = workTreeFiles(project.root);
  const rules = createDvcIgnore(files);
  return targets.map((target) => {
    const path = relative(project.root, resolve(project.cwd, target)).split(sep).join('/');
    if (path === '' || path === '..' || path.startsWith('../') || isAbsolute(path)) return { path: target, ignored: false, patterns: [] };
    const { ignored, patterns } = rules.decide(path, files.kind(path) ?? 'file');
    return { path: target, ignored, patterns: patterns.map((pattern) => ({ ...pattern, text: printed(pattern) })) };
  });
}

function printed({ source, line, pattern }: Omit<MatchedPattern, 'text'>): string {
  return line === 0 ? `${source}:${pattern}` : `${source}:${line}:${pattern}`;
}
