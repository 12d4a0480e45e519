import { readFileSync } from 'node:fs';

import { DatapinError } from '../errors.ts';
import { type ConfigText, emptyConfigText, parseConfigText } from '../formats/config-syntax.ts';
import { errnoOf, ioError } from '../io-error.ts';

/** What a configuration file says, as it is written; an absent file says nothing. Throws `invalid-config`, or what kept it from being read. */
export function readConfigFile(path: string): ConfigText {
  const bytes = readIfThere(path);
  return bytes === undefined ? emptyConfigText : parseConfigText(decode(bytes, path), { file: path });
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') {
      return undefined;
    }
    throw ioError(error, `cannot read '${path}'`);
  }
}

function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new DatapinError('invalid-config', `config file error: '${path}' is not UTF-8 text`, { cause: error });
  }
}
