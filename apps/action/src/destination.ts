import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';

import { badInput } from './parse-input.ts';

/**
 * The folder that the input path names, made if it is not there. A relative one is in the workspace, and no link of a checked-out repository leads
 * out of it. Throws `usage`.
 */
export function openDestination(path: string, workspace: string): string {
  const folder = resolve(workspace, path);
  const way = relative(workspace, folder);
  const segments = way === '' ? [] : way.split(sep);
  if (isAbsolute(path) && (isAbsolute(way) || segments[0] === '..')) {
    mkdirSync(folder, { recursive: true });
    return realpathSync(folder);
  }
  if (segments[0] === '..')
    throw badInput('path', `${JSON.stringify(path)} leads out of the workspace`, 'A folder elsewhere has to be given as an absolute path.');
  if (segments.some((segment) => /^\.(?:git|dvc|hg)$/iu.test(segment)))
    throw badInput('path', `${JSON.stringify(path)} is no place for data`);
  let at = workspace;
  for (const segment of segments) {
    at = join(at, segment);
    const kind = lstatSync(at, { throwIfNoEntry: false });
    if (kind === undefined) mkdirSync(at);
    else if (!kind.isDirectory())
      throw badInput('path', `${JSON.stringify(path)} leads through ${JSON.stringify(segment)}, which is no folder`);
  }
  return folder;
}
