import type { DiffResult } from '@datapin/core';

import type { Color, Paint } from './colors.ts';
import { markdownTable } from './table.ts';

interface Entry {
  readonly path: string | { readonly old: string; readonly new: string };
  /** `null` where DVC knows none. */
  readonly hash?: string | null | { readonly old: string | null; readonly new: string | null };
}

/** DVC's document of `diff --json`: state → entries; empty for no change at all. */
export type DiffDocument = Readonly<Record<string, readonly Entry[]>>;

export interface DiffChoices {
  readonly showHash: boolean;
  readonly hideMissing: boolean;
}

const states: readonly (readonly [name: string, field: keyof DiffResult, color: Color])[] = [
  ['added', 'added', 'green'],
  ['deleted', 'deleted', 'red'],
  ['renamed', 'renamed', 'green'],
  ['modified', 'modified', 'yellow'],
  ['not in cache', 'notInCache', 'yellow'],
];

export function diffDocument(result: DiffResult, { showHash, hideMissing }: DiffChoices): DiffDocument {
  if (states.every(([, field]) => result[field].length === 0)) return {};
  const shown = states.filter(([, field]) => !(hideMissing && field === 'notInCache'));
  return Object.fromEntries(
    shown.map(([name, field]) => [name, [...result[field]].sort(byPath).map(({ path, hash }) => (showHash ? { path, hash } : { path }))]),
  );
}

function byPath(a: Entry, b: Entry): number {
  const [left, right] = [a, b].map(({ path }) => (typeof path === 'string' ? path : path.old));
  return (left ?? '') < (right ?? '') ? -1 : 1;
}

/** DVC's text: a heading and a list for each state, counts of files at the end. */
export function diffText(document: DiffDocument, paint: Paint): string {
  const blocks: string[] = [];
  const counts: string[] = [];
  for (const [name, , color] of states) {
    const entries = document[name] ?? [];
    if (entries.length === 0) continue;
    const lines = entries.map((entry) => `    ${(entry.hash ?? '') === '' ? '' : `${digest(entry.hash)}  `}${pathText(entry)}`);
    blocks.push([`${paint(color, name[0]?.toUpperCase() + name.slice(1))}:`, ...lines].join('\n'));
    const files = entries.filter((entry) => !pathText(entry).endsWith('/')).length;
    if (files > 0) counts.push(`${files} ${name}`);
  }
  if (blocks.length === 0) return '';
  // A blank line ends each block; where only directories changed no summary follows.
  return `${blocks.join('\n\n')}\n${counts.length === 0 ? '' : `\nfiles summary: ${counts.join(', ')}`}`;
}

export function diffMarkdown(document: DiffDocument, showHash: boolean): string {
  const rows = states.flatMap(([name]) =>
    (document[name] ?? []).map((entry) => (showHash ? [name, digest(entry.hash), pathText(entry)] : [name, pathText(entry)])),
  );
  return `${markdownTable(showHash ? ['Status', 'Hash', 'Path'] : ['Status', 'Path'], rows)}\n`;
}

function pathText({ path }: Entry): string {
  return typeof path === 'string' ? path : `${path.old} -> ${path.new}`;
}

function digest(hash: Entry['hash']): string {
  if (hash === undefined || hash === null) return '';
  return typeof hash === 'string' ? hash.slice(0, 8) : `${hash.old?.slice(0, 8) ?? ''}..${hash.new?.slice(0, 8) ?? ''}`;
}
