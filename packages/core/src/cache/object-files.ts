import { chmodSync, closeSync, fchmodSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { type ObjectId, objectKey } from '../hashing/object-id.ts';
import { errnoOf } from '../io-error.ts';
import { cleanLeftovers, openTempFiles } from '../temp-files.ts';

/** DVC's mark of a verified object; also keeps work tree links from being edited by accident. */
export const objectMode = 0o444;
/** `cache.shared = group`: members of the group may add objects, and folders made below keep the group (DVC: `LocalHashFileDB._set_mode`). */
const sharedFolderMode = 0o2775;

/** The file side of a cache: where objects are, how one is written so that it is either absent or complete. */
export interface ObjectFiles extends Disposable {
  readonly dir: string;
  pathOf(id: ObjectId): string;
  /** Creates an empty temp file for an object whose id is known, beside its final place. Open for writing and reading, mode 0444. */
  createTemp(id: ObjectId): TempObject;
  /** The same while the id is not known: in the folder above the objects. */
  createUnnamedTemp(): TempObject;
  /** A free name for a temp file that a system call will create (a clone or a link). */
  tempPath(): string;
  /** Gives a complete temp file its name. Its mode must be 0444. */
  publish(temp: string, id: ObjectId): void;
  /** Writes a whole object. */
  write(id: ObjectId, bytes: Uint8Array): void;
  /**
   * Whether an object is surely absent, without looking: its folder was made here, and the object was not. Somebody else may have added it since,
   * which only means that it is written twice. Halves the looks that a first `add` costs.
   */
  isSurelyAbsent(id: ObjectId): boolean;
}

export interface TempObject {
  readonly path: string;
  readonly file: number;
}

export interface ObjectFilesOptions {
  /** `cache.shared = group` */
  readonly shared: boolean;
  /** Called before the first write; throws when the folder must not be written to. */
  readonly check?: () => void;
}

/** Opens the folder of a cache. Nothing is made or read before the first write. */
export function openObjectFiles(dir: string, { shared, check }: ObjectFilesOptions): ObjectFiles {
  const temps = openTempFiles(dir);
  let begun = false;
  /** Whether the process's umask leaves 0444 as it is; found out at the first file. */
  let modeIsExact: boolean | undefined;

  /** Objects in folders that were made here. */
  const fresh = new Map<string, Set<string>>();

  const makeFolder = (folder: string): void => {
    const first = mkdirSync(folder, { recursive: true });
    if (first === undefined) return;
    fresh.set(folder, new Set());
    if (!shared) return;
    for (let made = folder; made.length >= first.length; made = dirname(made)) quietlyChmod(made, sharedFolderMode);
  };
  const begin = (): void => {
    if (begun) return;
    check?.();
    begun = true;
    makeFolder(dir);
    cleanLeftovers(dir);
  };
  const tempIn = (folder: string): string => {
    begin();
    return temps.pathIn(folder);
  };
  const create = (folder: string): TempObject => {
    const path = tempIn(folder);
    const file = openMakingFolder(path, () => {
      makeFolder(folder);
    });
    modeIsExact ??= (fstatSync(file).mode & 0o777) === objectMode;
    if (!modeIsExact) fchmodSync(file, objectMode);
    return { path, file };
  };
  const pathOf = (id: ObjectId): string => `${dir}/${objectKey(id)}`;
  const publish = (temp: string, id: ObjectId): void => {
    const target = pathOf(id);
    try {
      renameSync(temp, target);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      makeFolder(dirname(target));
      renameSync(temp, target);
    }
    fresh.get(dirname(target))?.add(target);
  };
  const unnamedFolder = join(dir, 'files', 'md5');

  return {
    dir,
    pathOf,
    publish,
    isSurelyAbsent(id) {
      const target = pathOf(id);
      return fresh.get(dirname(target))?.has(target) === false;
    },
    createTemp: (id) => create(dirname(pathOf(id))),
    createUnnamedTemp: () => create(unnamedFolder),
    tempPath() {
      begin();
      makeFolder(unnamedFolder);
      return tempIn(unnamedFolder);
    },
    write(id, bytes) {
      const temp = create(dirname(pathOf(id)));
      try {
        try {
          writeFully(temp.file, bytes);
        } finally {
          closeSync(temp.file);
        }
        publish(temp.path, id);
      } catch (error) {
        rmSync(temp.path, { force: true });
        throw error;
      }
    },
    [Symbol.dispose]: () => {
      temps[Symbol.dispose]();
    },
  };
}

function openMakingFolder(path: string, makeFolder: () => void): number {
  try {
    return openSync(path, 'wx+', objectMode);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    makeFolder();
    return openSync(path, 'wx+', objectMode);
  }
}

/** Writes all bytes, at a position or behind what was written last: one `write` call may take only a part of them. */
export function writeFully(file: number, bytes: Uint8Array, position: number | null = null): void {
  let written = 0;
  while (written < bytes.length) {
    written += writeSync(file, bytes, written, bytes.length - written, position === null ? null : position + written);
  }
}

/** Somebody else's folder in a shared cache keeps its mode. */
export function quietlyChmod(path: string, mode: number): boolean {
  try {
    chmodSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
