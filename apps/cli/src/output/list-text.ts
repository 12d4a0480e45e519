import type { ListEntry } from '@datapin/core';

import { plainTable } from './table.ts';

export interface ListChoices {
  readonly size: boolean;
  readonly showHash: boolean;
  readonly paint: (entry: ListEntry, name: string) => string;
}

/** One entry a line, with size and hash in columns where they were asked for. */
export function listText(entries: readonly ListEntry[], choices: ListChoices): string {
  return table(
    entries.map((entry) => [entry, choices.paint(entry, entry.path)]),
    choices,
  );
}

/** The same as a tree below `top`. Directories that are only known by what is in them appear, too. */
export function listTree(top: string, entries: readonly ListEntry[], choices: ListChoices): string {
  const root: TreeNode = { entry: folder(top), children: new Map() };
  for (const entry of entries) {
    let node = root;
    for (const segment of entry.path.split('/')) {
      const child: TreeNode = node.children.get(segment) ?? { entry: folder(segment), children: new Map() };
      node.children.set(segment, child);
      node = child;
    }
    node.entry = entry;
  }
  const rows: (readonly [ListEntry, string])[] = [[root.entry, choices.paint(root.entry, top)]];
  addRows(root, '', { rows, paint: choices.paint });
  return table(rows, choices);
}

interface TreeNode {
  entry: ListEntry;
  readonly children: Map<string, TreeNode>;
}

function folder(path: string): ListEntry {
  return { path, isOut: false, isDir: true, isExec: false, size: undefined, md5: undefined };
}

function addRows(
  node: TreeNode,
  prefix: string,
  target: { readonly rows: (readonly [ListEntry, string])[]; readonly paint: ListChoices['paint'] },
): void {
  const names = [...node.children.keys()].sort();
  names.forEach((name, at) => {
    const child = node.children.get(name);
    if (child === undefined) return;
    const last = at === names.length - 1;
    target.rows.push([child.entry, `${prefix}${last ? '└── ' : '├── '}${target.paint(child.entry, name)}`]);
    addRows(child, `${prefix}${last ? '    ' : '│   '}`, target);
  });
}

function table(rows: readonly (readonly [ListEntry, string])[], { size, showHash }: ListChoices): string {
  if (!size && !showHash) return rows.map(([, name]) => name).join('\n');
  return plainTable(
    rows.map(([entry, name]) => [...(size ? [sizeText(entry)] : []), ...(showHash ? [entry.md5 ?? '-'] : []), name]),
    size,
  );
}

/** DVC's sizes: `139`, `4.00k`, `12.3M`. */
function sizeText({ size, isDir }: ListEntry): string {
  if (size === undefined || (size <= 0 && isDir)) return '';
  if (size < 1024) return String(size);
  let value = size;
  for (const unit of ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z']) {
    if (value < 999.5) return `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)}${unit}`;
    value /= 1024;
  }
  return `${value.toFixed(1)}Y`;
}
