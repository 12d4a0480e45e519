import { readFileSync, realpathSync } from 'node:fs';
import { sep } from 'node:path';

import { StorageError } from '@datapin/storage';

/** A JSON document with credentials, and where it is from, for messages. */
export interface CredentialJson {
  readonly values: Readonly<Record<string, unknown>>;
  /** `key.json`, `GDRIVE_CREDENTIALS_DATA`. */
  readonly origin: string;
  /** The repository chose the file: it may hold a key, never tell where to read or whom to ask. */
  readonly tracked: boolean;
}

/** Parses credentials. The text never reaches a message. */
export function parseCredentials(text: string, origin: string, tracked = false): CredentialJson {
  try {
    const values: unknown = JSON.parse(text);
    if (typeof values === 'object' && values !== null && !Array.isArray(values)) return { values: { ...values }, origin, tracked };
  } catch {
    // told below, without the parser's words: they quote the text
  }
  throw new StorageError('unauthenticated', `${origin} does not hold credentials: it is not a JSON object`);
}

/** Reads a file of credentials; `undefined` when there is none. */
export function readCredentials(path: string, tracked = false): CredentialJson | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
    throw new StorageError('unauthenticated', `the credentials in ${path} cannot be read`, { cause: error });
  }
  return parseCredentials(text, path, tracked);
}

/** Whether a file lies in a folder, links resolved. A file that is not there is where its path says. */
export function isInside(folder: string | undefined, path: string): boolean {
  if (folder === undefined) return false;
  const root = resolved(folder);
  return resolved(path).startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}

function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const end = path.lastIndexOf(sep);
    return end <= 0 ? path : `${resolved(path.slice(0, end))}${path.slice(end)}`;
  }
}

/** A text member, `undefined` where it is missing or something else. */
export function textOf({ values }: CredentialJson, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A text member that has to be there. */
export function requiredText(json: CredentialJson, name: string): string {
  const value = textOf(json, name);
  if (value === undefined)
    throw new StorageError('unauthenticated', `${json.origin} does not hold the credentials expected there: it has no ${name}`);
  return value;
}
