import { DatapinError, type MissingObject } from '@datapin/core';

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
    details: objects.map((object) => new DatapinError(object.code, objectLine(object))),
    ...(hint === undefined ? {} : { hint }),
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
