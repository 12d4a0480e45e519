import { readFileSync } from 'node:fs';

import { DatapinError } from '../errors.ts';
import { type ConfigText, emptyConfigText, parseConfigText } from '../formats/config-syntax.ts';

/** What a configuration file says, as it is written; an absent file says nothing. Throws `invalid-config`, `permission-denied`. */
export function readConfigFile(path: string): ConfigText {
  const bytes = readIfThere(path);
  return bytes === undefined ? emptyConfigText : parseConfigText(decode(bytes, path), { file: path });
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return undefined;
    }
    const kind = code === 'EACCES' || code === 'EPERM' ? 'permission-denied' : 'invalid-config';
    throw new DatapinError(kind, `config file error: cannot read '${path}'`, { cause: error });
  }
}

function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new DatapinError('invalid-config', `config file error: '${path}' is not UTF-8 text`, { cause: error });
  }
}
