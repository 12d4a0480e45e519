import { closeSync, ftruncateSync, readSync, rmSync } from 'node:fs';

import { DatapinError } from '../errors.ts';
import { createContentHash } from '../hashing/content-hash.ts';
import { isDirectoryId, type ObjectId } from '../hashing/object-id.ts';
import { ioError } from '../io-error.ts';
import { createPacer } from '../pacing.ts';
import type { IncomingObject, ReceiveOptions } from './cache.ts';
import { type ObjectFiles, writeFully } from './object-files.ts';
import { openTwinFile, writeAll } from './twin-file.ts';

const rereadSize = 1024 * 1024;
/** From here on a chunk is written beside its hashing; for smaller ones the way to another thread costs more than it saves. */
const longWrite = 256 * 1024;

/**
 * A place for an object's bytes: a temp file, hashed as far as the bytes come in order, the rest read back when publishing. A twin gets them
 * too.
 */
export function openIncomingObject(files: ObjectFiles, id: ObjectId, { size, twin: wantedTwin }: ReceiveOptions): IncomingObject {
  const temp = files.createTemp(id);
  const twin = wantedTwin === undefined ? undefined : openTwinFile(wantedTwin);
  const target = files.pathOf(id);
  let content = createContentHash(id.algorithm);
  /** Bytes before this offset are in `content`. */
  let hashed = 0;
  let end = 0;
  let open = true;

  const forget = (): void => {
    content = createContentHash(id.algorithm);
    hashed = 0;
  };
  const failing = (error: unknown): unknown => ioError(error, `cannot write ${target}`);
  const accept = (chunk: Uint8Array, offset: number): void => {
    try {
      // A part that comes a second time overwrites bytes that are hashed already: nothing to do when it brings the same.
      if (offset < hashed && !isThere(temp.file, chunk.subarray(0, hashed - offset), offset)) forget();
      writeFully(temp.file, chunk, offset);
    } catch (error) {
      throw failing(error);
    }
    twin?.write(chunk, offset);
    note(chunk, offset);
  };
  const note = (chunk: Uint8Array, offset: number): void => {
    if (offset <= hashed && offset + chunk.length > hashed) {
      content.update(chunk.subarray(hashed - offset));
      hashed = offset + chunk.length;
    }
    end = Math.max(end, offset + chunk.length);
  };
  /** The system writes what comes next while it is hashed here. */
  const append = async (chunk: Uint8Array): Promise<void> => {
    const offset = end;
    const writing = Promise.all([writeAll(temp.file, chunk, offset), twin?.writeBeside(chunk, offset)]);
    note(chunk, offset);
    try {
      await writing;
    } catch (error) {
      throw failing(error);
    }
  };
  const hashRest = async (): Promise<void> => {
    const pacer = createPacer(undefined);
    const buffer = Buffer.allocUnsafe(Math.min(rereadSize, end - hashed));
    while (hashed < end) {
      const read = readSync(temp.file, buffer, 0, Math.min(buffer.length, end - hashed), hashed);
      if (read === 0) break;
      content.update(buffer.subarray(0, read));
      hashed += read;
      if (pacer.due()) await pacer.rest();
    }
  };
  const close = (): void => {
    if (open) closeSync(temp.file);
    open = false;
  };
  const discard = (): void => {
    twin?.discard();
    if (!open) return;
    close();
    rmSync(temp.path, { force: true });
  };

  if (size !== undefined && size > 0) {
    try {
      ftruncateSync(temp.file, size);
    } catch (error) {
      discard();
      throw failing(error);
    }
  }

  return {
    async write(chunk) {
      if (chunk.length < longWrite) accept(chunk, end);
      else await append(chunk);
    },
    async writeAt(chunk, offset) {
      accept(chunk, offset);
    },
    async restart() {
      forget();
      end = 0;
    },
    async publish() {
      try {
        await hashRest();
        // The space was reserved by a size that may be wrong; and an earlier, longer try may have left a tail.
        ftruncateSync(temp.file, end);
        const found = content.digest() + (isDirectoryId(id) ? '.dir' : '');
        if (found !== id.value) throw objectCorrupt(id, found);
        close();
        twin?.complete(end);
        files.publish(temp.path, id);
      } catch (error) {
        discard();
        rmSync(temp.path, { force: true });
        throw failing(error);
      }
    },
    async discard() {
      discard();
    },
  };
}

function isThere(file: number, bytes: Uint8Array, offset: number): boolean {
  const present = Buffer.allocUnsafe(bytes.length);
  return readSync(file, present, 0, bytes.length, offset) === bytes.length && present.equals(bytes);
}

/** The error for bytes that are not what their name says. */
export function objectCorrupt(id: ObjectId, found: string): DatapinError {
  return new DatapinError('object-corrupt', `object ${id.value} is damaged: its bytes hash to ${found}`);
}
