import { DatapinError, type ErrorCode, type MissingObject } from '@datapin/core';

const codes: Readonly<Record<MissingObject['reason'], ErrorCode>> = {
  missing: 'object-missing',
  corrupt: 'object-corrupt',
  denied: 'credentials-refused',
  'no-credentials': 'no-credentials',
  failed: 'transfer-incomplete',
  unsupported: 'unsupported',
};

/**
 * An error for objects that were not transferred, each with its path, hash, remote and reason; `undefined` when there are none.
 * Its code is the objects' common one, or `transfer-incomplete` where they differ.
 */
export function incomplete(objects: readonly MissingObject[], failedTo: 'download' | 'upload'): DatapinError | undefined {
  const reasons = new Set(objects.map((object) => object.reason));
  const [reason] = reasons;
  if (reason === undefined) return undefined;
  const count = `${objects.length} file${objects.length > 1 ? 's' : ''} failed to ${failedTo}`;
  const hint = reasons.size === 1 ? hints[reason]?.(objects[0]?.remote) : undefined;
  return new DatapinError(reasons.size === 1 ? codes[reason] : 'transfer-incomplete', count, {
    details: objects.map((object) => new DatapinError(codes[object.reason], objectLine(object))),
    ...(hint === undefined ? {} : { hint }),
  });
}

const hints: Partial<Record<MissingObject['reason'], (remote: string | undefined) => string>> = {
  missing: () => 'whoever has the data can upload it with `datapin push`; `datapin status -c` compares cache and remote',
  corrupt: () => 'the stored objects do not match their hashes and were refused; push them again from a good copy',
  denied: (remote) =>
    `the credentials for ${remote === undefined ? 'the remote' : `'${remote}'`} were refused; see \`datapin remote modify --help\``,
  'no-credentials': (remote) =>
    `give credentials for ${remote === undefined ? 'the remote' : `'${remote}'`}; see \`datapin remote modify --help\``,
};

/** `data/a.csv (md5 900150983cd24fb0d6963f7d28e17f72, remote 'store'): not there` */
export function objectLine({ path, hash, remote, message }: MissingObject): string {
  return `${path} (${hash}${remote === undefined ? '' : `, remote '${remote}'`}): ${message}`;
}
