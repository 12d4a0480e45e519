import type { DataChanges, DataStatusResult } from '@datapin/core';

import type { Color, Paint } from './colors.ts';

interface Section {
  readonly label: string;
  readonly hints: readonly string[];
  readonly color: Color | undefined;
  readonly items: readonly string[];
}

/** DVC's text of `data status`: a section each, in DVC's order and words. */
export function dataStatusText(result: DataStatusResult, paint: Paint): string {
  const sections: readonly Section[] = [
    { label: 'Not in cache', hints: ['use "datapin fetch <file>..." to download files'], color: 'red', items: result.notInCache },
    { label: 'Not in remote', hints: ['use "datapin push <file>..." to upload files'], color: 'red', items: result.notInRemote },
    {
      label: 'DVC committed changes',
      hints: ['git commit the corresponding dvc files to update the repo'],
      color: 'green',
      items: changeItems(result.committed),
    },
    {
      label: 'DVC uncommitted changes',
      hints: ['use "datapin commit <file>..." to track changes', 'use "datapin checkout <file>..." to discard changes'],
      color: 'yellow',
      items: changeItems(result.uncommitted),
    },
    {
      label: 'Untracked files',
      hints: ['use "git add <file> ..." or "datapin add <file>..." to commit to git or to dvc'],
      color: 'cyan',
      items: result.untracked,
    },
    { label: 'DVC unchanged files', hints: [], color: undefined, items: result.unchanged },
  ];
  const shown = sections.filter((section) => section.items.length > 0);
  const blocks = shown.map(({ label, hints, color, items }) => {
    const listed = items.map((item) => `        ${item}`).join('\n');
    return [`${label}:`, ...hints.map((hint) => `  (${hint})`), color === undefined ? listed : paint(color, listed)].join('\n');
  });
  const lines = [shown.length === 0 ? `No changes${result.git.isEmpty ? ' in an empty git repo' : ''}.` : blocks.join('\n\n')];
  if (result.git.isDirty) {
    lines.push(paint('blue', `(there are ${shown.length > 0 ? 'other ' : ''}changes not tracked by dvc, use "git status" to see)`));
  }
  return lines.join('\n');
}

function changeItems(changes: DataChanges): readonly string[] {
  return [
    ...changes.added.map((path) => `added: ${path}`),
    ...changes.modified.map((path) => `modified: ${path}`),
    ...changes.deleted.map((path) => `deleted: ${path}`),
    ...changes.renamed.map((path) => `renamed: ${path.old} -> ${path.new}`),
    ...changes.unknown.map((path) => `unknown: ${path}`),
  ];
}

/** DVC's document of `data status --json`: only what there is. */
export function dataStatusDocument(result: DataStatusResult): Readonly<Record<string, unknown>> {
  return present({
    not_in_cache: result.notInCache,
    not_in_remote: result.notInRemote,
    committed: present(result.committed),
    uncommitted: present(result.uncommitted),
    untracked: result.untracked,
    unchanged: result.unchanged,
  });
}

/** Without empty lists and empty maps. */
function present(fields: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => Object.keys(Object(value)).length > 0));
}
