import { relative } from 'node:path';

import type { Project } from '@datapin/core';

import { quoteWord } from './paths.ts';

/** DVC's reminder to hand changed metafiles to git; empty when there is nothing to hand over or it was done (`core.autostage`). */
export function gitHint(project: Project, { toStage, staged }: { readonly toStage: readonly string[]; readonly staged: boolean }): string {
  if (staged || toStage.length === 0 || project.git === undefined) return '';
  const words = toStage.map((path) => quoteWord(relative(project.cwd, path)));
  return `\nTo track the changes with git, run:\n\n\tgit add ${words.join(' ')}\n\nTo enable auto staging, run:\n\n\tdatapin config core.autostage true`;
}
