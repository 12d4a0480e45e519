import { isAbsolute, relative, resolve, sep } from 'node:path';

import type { Project } from '../project/project.ts';

/** Whether a path of the project is wanted. With `'or above'` also a folder that holds something wanted. */
export type SubtreeFilter = (path: string, reach?: 'or above') => boolean;

/** What is at or below the targets, which are paths relative to `project.cwd`, tracked or not; `undefined` without targets: everything. */
export function pathFilter(project: Project, targets: readonly string[]): SubtreeFilter | undefined {
  if (targets.length === 0) return undefined;
  const paths: string[] = [];
  for (const target of targets) {
    const way = relative(project.root, resolve(project.cwd, target));
    if (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)) paths.push(way.split(sep).join('/'));
  }
  return (path, reach) =>
    paths.some((wanted) => wanted === '' || isWithin(path, wanted) || (reach === 'or above' && isWithin(wanted, path)));
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
