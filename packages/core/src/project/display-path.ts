import { join, relative, sep } from 'node:path';

import type { Project } from './project.ts';
import type { Output, Stage } from './stage.ts';

/** A path of the project as DVC prints it: relative to the current folder. */
export function displayPath(project: Project, path: string): string {
  const way = relative(project.cwd, join(project.root, path));
  return way === '' ? '.' : sep === '\\' ? way.replaceAll('\\', '/') : way;
}

/** A stage as DVC prints it: `x.dvc`, `../dvc.yaml:train`, or only the name for a stage of the `dvc.yaml` in the current folder. */
export function displayAddress(project: Project, stage: Stage): string {
  const file = displayPath(project, stage.file);
  if (stage.name === undefined) return file;
  return file === 'dvc.yaml' ? stage.name : `${file}:${stage.name}`;
}

/** An output as DVC prints it. One outside of the project is shown as written when that is absolute or a URL. */
export function displayOutput(project: Project, output: Pick<Output, 'path' | 'external' | 'stage'>): string {
  if (!output.external) return displayPath(project, output.path);
  if (/^([a-z][\w+.-]*:\/\/|\/)/iu.test(output.path)) return output.path;
  return join(project.root, output.stage.wdir, output.path);
}
