import { DatapinError, type ErrorCode, type MissingObject } from '@datapin/core';

/**
 * An error for objects that were not transferred, each with its path, hash, remote and reason; `undefined` when there are none.
 * Its code is the objects' common one, or `transfer-incomplete` where they differ.
 */
export function incomplete(objects: readonly MissingObject[], failedTo: 'download' | 'upload'): DatapinError | undefined {
  const [first] = objects;
  if (first === undefined) return undefined;
  const alike = objects.every((object) => object.code === first.code);
  const hint = objects.find((object) => object.hint !== undefined)?.hint ?? (alike ? hints[first.code] : undefined);
  return new DatapinError(
    alike ? first.code : 'transfer-incomplete',
    `${objects.length} file${objects.length > 1 ? 's' : ''} failed to ${failedTo}`,
    {
      details: objects.map((object) => new DatapinError(object.code, objectLine(object))),
      ...(hint === undefined ? {} : { hint }),
    },
  );
}

const hints: Partial<Record<ErrorCode, string>> = {
  'object-missing': 'whoever has the data can upload it with `datapin push`; `datapin status -c` compares cache and remote',
  'object-corrupt': 'what is stored does not match its hash and was refused; push it again from a good copy',
};

/** `data/a.csv (900150983cd24fb0d6963f7d28e17f72, remote 'store'): it is not there` */
export function objectLine({ path, hash, remote, message }: MissingObject): string {
  const what = [hash, ...(remote === undefined ? [] : [`remote '${remote}'`])].filter((word) => word !== '').join(', ');
  return `${path}${what === '' ? '' : ` (${what})`}: ${message}`;
}
