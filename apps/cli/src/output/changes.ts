import type { Project, WorkspaceChanges } from '@datapin/core';

import type { Color, Paint } from './colors.ts';
import { fromCwd } from './paths.ts';

const kinds: readonly (readonly [letter: string, kind: keyof WorkspaceChanges, color: Color])[] = [
  ['M', 'modified', 'yellow'],
  ['A', 'added', 'green'],
  ['D', 'deleted', 'red'],
];

/** What changed in the work tree, a line each: `A       data/` (DVC prints a tab as spaces, too). */
export function changeLines(project: Project, changes: WorkspaceChanges, paint: Paint): readonly string[] {
  return kinds.flatMap(([letter, kind, color]) =>
    changes[kind].map((path) => paint(color, `${letter.padEnd(8)}${fromCwd(project, path)}`)),
  );
}
