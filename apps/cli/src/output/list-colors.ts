import type { ListEntry } from '@datapin/core';

const defaults = 'rs=0:di=01;34:ex=01;32';

/** Paints entries by `LS_COLORS`, with DVC's own key `out` for tracked data. */
export function listPainter(lsColors: string | undefined): (entry: Pick<ListEntry, 'isOut' | 'isDir' | 'isExec'>, name: string) => string {
  const codes = new Map<string, string>();
  for (const item of (lsColors ?? defaults).split(':')) {
    const equals = item.indexOf('=');
    if (equals > 0) codes.set(item.slice(0, equals), item.slice(equals + 1));
  }
  return (entry, name) => {
    const code = (entry.isOut ? codes.get('out') : undefined) ?? kindCode(entry, name, codes);
    return code === undefined || code === '' ? name : `\u001B[${code}m${name}\u001B[${codes.get('rs') ?? '0'}m`;
  };
}

function kindCode(entry: Pick<ListEntry, 'isDir' | 'isExec'>, name: string, codes: ReadonlyMap<string, string>): string | undefined {
  if (entry.isDir) return codes.get('di');
  if (entry.isExec) return codes.get('ex');
  const dot = name.lastIndexOf('.');
  return dot === -1 ? undefined : codes.get(`*${name.slice(dot)}`);
}
