import { DatapinError, type MissingObject } from '@datapin/core';

/**
 * An error for objects that were not transferred; `undefined` when there are none. Its code is the objects' common one, or `transfer-incomplete` where they
 * differ. A reason that is the remote's, the same for many objects, is told once with their number; any other with the object's path, hash and remote.
 */
export function incomplete(objects: readonly MissingObject[], failedTo: 'download' | 'upload'): DatapinError | undefined {
  const [first] = objects;
  if (first === undefined) return undefined;
  const code = objects.every((object) => object.code === first.code) ? first.code : 'transfer-incomplete';
  const reasons = [...Map.groupBy(objects, (object) => (isOfObject(object) ? object : object.message)).values()];
  const hint = objects.find((object) => object.hint !== undefined)?.hint;
  const hinted = hint === undefined ? {} : { hint };
  if (reasons.length === 1 && !isOfObject(first)) {
    const what = objects.length === 1 ? `'${first.path}'` : countOf(objects);
    return new DatapinError(code, `${first.message.replace(/\.$/u, '')}; ${what} not ${failedTo}ed`, hinted);
  }
  const details = reasons.map(([object = first, ...others]) => {
    const line = others.length === 0 ? objectLine(object) : `${countOf([object, ...others])}: ${object.message}`;
    return new DatapinError(object.code, line);
  });
  return new DatapinError(code, `${countOf(objects)} failed to ${failedTo}`, { details, ...hinted });
}

/** One line for each object: the reason, and whatever of path, object and remote it does not name itself. */
export function objectLine(object: MissingObject): string {
  const { path, message } = object;
  return `${names(message, path) ? '' : `'${path}': `}${message}${unnamed(object)}`;
}

/** `3 files`, `1 directory and 3 files` */
export function countOf(objects: readonly MissingObject[]): string {
  const directories = objects.filter(({ hash }) => hash.endsWith('.dir')).length;
  const files = objects.length - directories;
  return [
    ...(directories === 0 ? [] : [directories === 1 ? '1 directory' : `${directories} directories`]),
    ...(files === 0 ? [] : [files === 1 ? '1 file' : `${files} files`]),
  ].join(' and ');
}

/** Whether a failure is about the one object, and not about all that is asked of the remote. */
function isOfObject({ message, path, reason }: MissingObject): boolean {
  return reason === 'missing' || reason === 'corrupt' || names(message, path);
}

function unnamed({ hash, message, remote }: MissingObject): string {
  const words = [
    ...(hash === '' || message.includes(hash) || message.includes(hash.slice(2)) ? [] : [`object ${hash}`]),
    ...(remote === undefined || names(message, remote) ? [] : [`remote '${remote}'`]),
  ];
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}

function names(message: string, word: string): boolean {
  return message.includes(`'${word}'`);
}
