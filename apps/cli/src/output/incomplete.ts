import { DatapinError, type ErrorCode, type MissingObject } from '@datapin/core';

/**
 * An error for objects that were not transferred, each with its path, hash, remote and reason; `undefined` when there are none.
 * Its code is the objects' common one, or `transfer-incomplete` where they differ.
 */
export function incomplete(objects: readonly MissingObject[], failedTo: 'download' | 'upload'): DatapinError | undefined {
  const [first] = objects;
  if (first === undefined) return undefined;
  const code = objects.every((object) => object.code === first.code) ? first.code : 'transfer-incomplete';
  const hint = objects.find((object) => object.hint !== undefined)?.hint;
  return new DatapinError(code, `${objects.length} file${objects.length > 1 ? 's' : ''} failed to ${failedTo}`, {
    details: reasons(objects),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Failures that say something about the remote rather than about one object: told once, with the names of the others behind. */
const remoteWide: ReadonlySet<string> = new Set<ErrorCode>([
  'no-credentials',
  'credentials-refused',
  'remote-unavailable',
  'no-remote',
  'unknown-remote',
  'plugin-missing',
  'unsupported-scheme',
]);
const namesShown = 5;

function reasons(objects: readonly MissingObject[]): readonly DatapinError[] {
  const groups = Map.groupBy(objects, (object) => (remoteWide.has(object.code) ? `${object.code} ${object.remote}` : object));
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const names = others.slice(0, namesShown).map(({ path }) => path);
    const rest = others.length > namesShown ? `, … (${others.length - namesShown} more)` : '';
    const same = others.length === 0 ? '' : `\n  the same for ${names.join(', ')}${rest}`;
    return [new DatapinError(first.code, objectLine(first) + same)];
  });
}

/** The reason, and whatever of path, object and remote it does not name itself. */
function objectLine({ path, hash, remote, message }: MissingObject): string {
  const unnamed = [
    ...(hash === '' || message.includes(hash) || message.includes(hash.slice(2)) ? [] : [`object ${hash}`]),
    ...(remote === undefined || message.includes(`'${remote}'`) ? [] : [`remote '${remote}'`]),
  ];
  const tail = unnamed.length === 0 ? '' : ` (${unnamed.join(', ')})`;
  return `${message.includes(path) ? '' : `${path}: `}${message}${tail}`;
}
