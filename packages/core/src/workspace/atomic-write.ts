import { closeSync, fchmodSync, fsyncSync, lstatSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

import { writeFully } from '../cache/object-files.ts';
import { DatapinError } from '../errors.ts';
import { ioError } from '../io-error.ts';
import type { TempFiles } from '../temp-files.ts';

/**
 * Replaces a text file (a metafile, a `.gitignore`) in one step: a reader sees the old text or the new, also after a power cut. An existing file keeps
 * its mode; one that has the text already is not touched. Returns whether it was written. A symbolic link is `unsafe-path`.
 */
export function writeTextAtomically(path: string, text: string, temps: TempFiles): boolean {
  try {
    const bytes = Buffer.from(text);
    const before = lstatSync(path, { throwIfNoEntry: false });
    if (before?.isSymbolicLink() === true) {
      throw new DatapinError('unsafe-path', `${path} is a symbolic link: nothing is written through it`, {
        hint: 'Replace it by a real file.',
      });
    }
    if (before?.size === bytes.length && readFileSync(path).equals(bytes)) return false;
    const temp = temps.pathIn(dirname(path));
    try {
      writeDurably(temp, bytes, before?.mode);
      renameSync(temp, path);
    } catch (error) {
      rmSync(temp, { force: true });
      throw error;
    }
    return true;
  } catch (error) {
    throw ioError(error, `cannot write ${path}`);
  }
}

function writeDurably(path: string, bytes: Uint8Array, mode: number | undefined): void {
  const file = openSync(path, 'wx', 0o666);
  try {
    writeFully(file, bytes);
    if (mode !== undefined) fchmodSync(file, mode & 0o7777);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
