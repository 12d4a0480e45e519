import { sep } from 'node:path';

import { StorageError } from '@datapin/storage';

/** An empty segment, `.` or `..` anywhere, or NUL: nothing that can be a file, or something that would leave the folder. */
const unusable = /(?:^|\/)\.{0,2}(?:\/|$)|\0/u;
/** On Windows these have a meaning in a path: another separator, a drive or a stream. */
const unusableOnWindows = /[\\:]/u;

/** Whether a key (or the folders of a prefix) can be a path below a folder. Half a character would become another one in the name. */
export function isUsableKey(key: string): boolean {
  return key.isWellFormed() && !unusable.test(key) && !(sep === '\\' && unusableOnWindows.test(key));
}

/** The file of a key. Throws `invalid-request` for a key that cannot be a file below the base. */
export function keyPath(base: string, key: string): string {
  if (!isUsableKey(key)) throw new StorageError('invalid-request', `the key ${JSON.stringify(key)} cannot be a file in ${base}`);
  return `${base.endsWith(sep) ? base.slice(0, -1) : base}${sep}${sep === '/' ? key : key.replaceAll('/', sep)}`;
}
