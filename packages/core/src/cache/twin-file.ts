import { closeSync, ftruncateSync, openSync, rmSync, write } from 'node:fs';
import { promisify } from 'node:util';

import type { Twin } from './cache.ts';
import { writeFully } from './object-files.ts';

const writeBeside = promisify(write);

/**
 * A second file that gets the bytes of an incoming object: the copy that will stand in the work tree, written while the bytes are in memory instead of
 * read again later. It is a favour and never fails: a twin that cannot be written is gone, and the object is copied in the usual way, which says why.
 */
export interface TwinFile {
  write(chunk: Uint8Array, offset: number): void;
  /** The same beside other work. */
  writeBeside(chunk: Uint8Array, offset: number): Promise<void>;
  /** Closes the file, whose bytes are all there now. */
  complete(size: number): void;
  /** Removes the file unless it is complete. */
  discard(): void;
}

/** Makes the file where none is. */
export function openTwinFile(twin: Twin): TwinFile {
  const { path } = twin;
  let file: number | undefined;
  const close = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  const discard = (): void => {
    if (file === undefined) return;
    close();
    rmSync(path, { force: true });
  };
  /** Does something with the file, as long as there is one. */
  const attempt = (work: (open: number) => void): void => {
    if (file === undefined) return;
    try {
      work(file);
    } catch {
      discard();
    }
  };
  try {
    file = openSync(path, 'wx', 0o666);
  } catch {
    // there is no twin then
  }
  return {
    write: (chunk, offset) => attempt((open) => writeFully(open, chunk, offset)),
    async writeBeside(chunk, offset) {
      if (file === undefined) return;
      try {
        await writeAll(file, chunk, offset);
      } catch {
        discard();
      }
    },
    complete: (size) =>
      attempt((open) => {
        ftruncateSync(open, size);
        close();
        twin.isComplete = true;
      }),
    discard,
  };
}

/** Writes all bytes at a position, in another thread. */
export async function writeAll(file: number, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await writeBeside(file, bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
