/** Something like DVC's status document: texts, lists and maps in any depth. */
export type StatusNode = string | readonly StatusNode[] | { readonly [key: string]: StatusNode };

/** The document of `status --json`: stages, or paths with `-c`. */
export type StatusDocument = Readonly<Record<string, StatusNode>>;

/** Whether the document says anywhere that something is not in the cache. */
export function lacksCached(node: StatusNode): boolean {
  if (typeof node === 'string') return node === 'not in cache';
  return (isList(node) ? node : Object.values(node)).some(lacksCached);
}

/** DVC's text for a status document: `modified:           data` below `changed outs:` below the stage. */
export function statusLines(node: StatusNode, indent = 0): readonly string[] {
  const tabs = '\t'.repeat(indent);
  if (typeof node === 'string') return [`${tabs}${node}`];
  if (isList(node)) return node.flatMap((entry) => statusLines(entry, indent));
  return Object.entries(node).flatMap(([key, value]) => {
    if (typeof value === 'string') return [`${tabs}${`${value}:`.padEnd(20)}${key}`];
    return [`${tabs}${key}:`, ...statusLines(value, indent + 1)];
  });
}

function isList(node: StatusNode): node is readonly StatusNode[] {
  return Array.isArray(node);
}
