import { lstatSync, type Stats, statSync } from 'node:fs';

import { errnoOf } from './io-error.ts';

/** What is at a path, symbolic links followed; `undefined` when there is nothing, or a file where a folder should be. Throws `fs` errors as they are. */
export function statIfThere(path: string): Stats | undefined {
  return unlessNotDirectory(() => statSync(path, { throwIfNoEntry: false }));
}

/** {@link statIfThere} for the path itself, be it a symbolic link. */
export function lstatIfThere(path: string): Stats | undefined {
  return unlessNotDirectory(() => lstatSync(path, { throwIfNoEntry: false }));
}

function unlessNotDirectory(look: () => Stats | undefined): Stats | undefined {
  try {
    return look();
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
