import { join, relative, sep } from 'node:path';

import type { Project } from '@datapin/core';

import { printable } from './printable.ts';

/** A path relative to the project's root as the user sees it from the working directory; the `/` of a directory stays. */
export function fromCwd(project: Pick<Project, 'root' | 'cwd'>, path: string): string {
  const shown = relative(project.cwd, join(project.root, path)) || '.';
  return path.endsWith('/') ? `${shown}${sep}` : shown;
}

/** Quotes a word for a POSIX shell where it needs it, as Python's `shlex.quote` does; what cannot be shown is written as `$'\n'`. */
export function quoteWord(word: string): string {
  if (printable(word) !== word) return `$'${printable(word.replaceAll(/[\\']/gu, String.raw`\$&`))}'`;
  if (word !== '' && !/[^\w@%+=:,./-]/u.test(word)) return word;
  return `'${word.replaceAll("'", `'"'"'`)}'`;
}
