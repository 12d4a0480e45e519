import { DatapinError, type MissingObject } from '@datapin/core';

/**
 * An error for objects that were not transferred, each with its path, hash, remote and reason; `undefined` when there are none.
 * Its code is the objects' common one, or `transfer-incomplete` where they differ. A reason that is the same for all is told once, before them.
 */
export function incomplete(objects: readonly MissingObject[], failedTo: 'download' | 'upload'): DatapinError | undefined {
  const [first] = objects;
  if (first === undefined) return undefined;
  const code = objects.every((object) => object.code === first.code) ? first.code : 'transfer-incomplete';
  const hint = objects.find((object) => object.hint !== undefined)?.hint;
  const common = !names(first.message, first.path) && objects.every(({ message }) => message === first.message);
  const count = `${objects.length} file${objects.length > 1 ? 's' : ''} failed to ${failedTo}`;
  return new DatapinError(code, common ? `${count}: ${first.message}` : count, {
    details: objects.map((object) => new DatapinError(object.code, common ? `'${object.path}'${unnamed(object, '')}` : objectLine(object))),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The reason, and whatever of path, object and remote it does not name itself. */
function objectLine(object: MissingObject): string {
  const { path, message } = object;
  return `${names(message, path) ? '' : `'${path}': `}${message}${unnamed(object, message)}`;
}

function unnamed({ hash, remote }: MissingObject, message: string): string {
  const words = [
    ...(hash === '' || message.includes(hash) || message.includes(hash.slice(2)) ? [] : [`object ${hash}`]),
    ...(remote === undefined || names(message, remote) ? [] : [`remote '${remote}'`]),
  ];
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}

function names(message: string, word: string): boolean {
  return message.includes(`'${word}'`);
}
