import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { Cache, Twin } from '../cache/cache.ts';
import { writeFully } from '../cache/object-files.ts';
import type { LinkType } from '../config/config.ts';
import { DatapinError } from '../errors.ts';
import type { ObjectId } from '../hashing/object-id.ts';
import { errnoOf, ioError } from '../io-error.ts';
import type { TempFiles } from '../temp-files.ts';
import { type ProofOptions, proveObject, provenBytes } from './prove-object.ts';

export interface PlacerOptions extends ProofOptions {
  /** `cache.type`, in order of preference. */
  readonly types: readonly LinkType[];
  readonly temps: TempFiles;
}

export interface PlaceOptions {
  /** Makes the file executable for its user (DVC: `mode | 0100`). Such a file is never a link, because its mode would be the object's. */
  readonly exec?: boolean | undefined;
  /** Whether something may be at the destination: it is replaced in one step. Otherwise a file that is there is `unsaved-changes`. */
  readonly replace?: boolean | undefined;
  /** From {@link Placer.twinFor}: when it is complete, it gets the name. */
  readonly twin?: Twin | undefined;
}

/** Puts cache objects in the work tree. Remembers which kinds of link the file systems at hand refuse. */
export interface Placer {
  /**
   * Puts an object at an absolute path that came through the path gate. Only what its id says is placed: rejects with `object-corrupt` otherwise, and
   * the object is removed. Also rejects with `cache-missing`, `link-failed` when no configured kind of link works, and the codes of
   * {@link ioError}.
   */
  place(id: ObjectId, destination: string, options?: PlaceOptions): Promise<LinkType>;
  /**
   * Where a copy of a large object may be written while it arrives, to be handed to {@link Placer.place} later; `undefined` where placing means to link, or
   * to clone, which costs nothing.
   */
  twinFor(destination: string): Twin | undefined;
  /** Whether a file that has the right content is not the kind of link that `cache.type` wants. */
  needsRelink(id: ObjectId, destination: string, known?: KnownLink): boolean;
}

/** What a walk has seen of a file already. */
export interface KnownLink {
  /** Whether it is a symbolic link. */
  readonly isLink: boolean;
  /** How many names it has. */
  readonly nlink: number;
}

/** Errors that mean "this kind of link does not work here, try the next one" (dvc-objects `_try_links`). */
const notSupported: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EXDEV',
  'ENOTTY',
  'ENOSYS',
  'EINVAL',
  'EAGAIN',
  'EMLINK',
]);

/** A placer for one command. */
export function openPlacer(options: PlacerOptions): Placer {
  const { cache, types, temps } = options;
  const works = new Set<LinkType>(types);

  const create = async (id: ObjectId, path: string, exec: boolean): Promise<LinkType> => {
    const object = cache.pathOf(id);
    const small = cache.recentBytes(id) ?? provenBytes(id, cache);
    if (small === undefined) await proveObject(id, options);
    for (const type of types) {
      if (!works.has(type)) continue;
      const linking = type === 'hardlink' || type === 'symlink';
      // One inode for all empty files would run into the limit of links to one file.
      const kind = (linking && exec) || (type === 'hardlink' && small?.length === 0) ? 'copy' : type;
      try {
        if (kind === 'hardlink') linkSync(object, path);
        else if (kind === 'symlink') symlinkSync(object, path);
        else if (kind === 'reflink') clone(object, path);
        else if (small !== undefined) writeNew(path, small);
        else await copyLarge(object, path);
        if (exec) chmodSync(path, plainMode() | 0o100);
        return kind;
      } catch (error) {
        const errno = errnoOf(error);
        if (kind === 'copy' || !notSupported.has(errno)) throw error;
        rmSync(path, { force: true });
        // One object may have too many links already; the others have not.
        if (errno !== 'EMLINK') works.delete(type);
      }
    }
    throw new DatapinError('link-failed', `no kind of link in cache.type (${types.join(', ')}) works for ${path}`, {
      hint: 'Add `copy`: `datapin config cache.type reflink,copy`.',
    });
  };

  return {
    twinFor(destination) {
      const folder = dirname(destination);
      for (const type of types) {
        if (!works.has(type)) continue;
        if (type === 'copy') return { path: temps.pathIn(folder), isComplete: false };
        if (type !== 'reflink' || canClone(temps.pathIn(folder), temps.pathIn(folder), cache.dir)) return undefined;
        works.delete(type);
      }
      return undefined;
    },

    async place(id, destination, options = {}) {
      try {
        const { twin } = options;
        const temp = twin?.isComplete === true ? twin.path : temps.pathIn(dirname(destination));
        try {
          const kind = temp === twin?.path ? adopt(temp, options) : await create(id, temp, options.exec === true);
          if (options.replace !== true && lstatSync(destination, { throwIfNoEntry: false }) !== undefined) throw appeared(destination);
          renameSync(temp, destination);
          return kind;
        } catch (error) {
          rmSync(temp, { force: true });
          throw error;
        }
      } catch (error) {
        throw placeError(error, { cache, id, destination });
      }
    },

    needsRelink(id, destination, known) {
      const [first] = types;
      if (known !== undefined && !known.isLink && known.nlink === 1 && (first === 'reflink' || first === 'copy')) return false;
      const stats = lstatSync(destination, { throwIfNoEntry: false });
      if (stats === undefined) return true;
      const isCopy = !stats.isSymbolicLink() && stats.nlink === 1;
      for (const type of types) {
        if ((type === 'copy' || type === 'reflink') && isCopy) return false;
        if (type === 'hardlink' && isCopy && (stats.size === 0 || (stats.mode & 0o100) !== 0)) return false;
        if (type === 'hardlink' && stats.nlink > 1) return stats.ino !== statSync(cache.pathOf(id), { throwIfNoEntry: false })?.ino;
        if (type === 'symlink' && stats.isSymbolicLink()) return readlinkSync(destination) !== cache.pathOf(id);
      }
      return true;
    },
  };
}

/** Takes a file for a placed one that is a copy already. */
function adopt(path: string, { exec }: PlaceOptions): LinkType {
  if (exec === true) chmodSync(path, plainMode() | 0o100);
  return 'copy';
}

/** Tries a clone between two new files, in whose folder what is in the cache would be cloned to. */
function canClone(from: string, to: string, cacheDir: string): boolean {
  if (deviceOf(dirname(to)) !== deviceOf(cacheDir)) return false;
  try {
    writeFileSync(from, 'a', { flag: 'wx' });
    clone(from, to);
    return true;
  } catch {
    return false;
  } finally {
    for (const path of [from, to]) rmSync(path, { force: true });
  }
}

/** Of the folder, or of the one that it would be made in. */
function deviceOf(folder: string): number | undefined {
  const stats = statSync(folder, { throwIfNoEntry: false });
  return stats !== undefined || folder === dirname(folder) ? stats?.dev : deviceOf(dirname(folder));
}

let mode: number | undefined;

/** What a file gets that a program makes without asking for rights. */
function plainMode(): number {
  mode ??= 0o666 & ~process.umask();
  return mode;
}

function clone(object: string, path: string): void {
  copyFileSync(object, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
  chmodSync(path, plainMode());
}

/** Through memory, which is no slower than a copy in the kernel for small files, and the bytes are the ones that were checked. */
function writeNew(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'wx', 0o666);
  try {
    writeFully(file, bytes);
  } finally {
    closeSync(file);
  }
}

async function copyLarge(object: string, path: string): Promise<void> {
  await copyFile(object, path, constants.COPYFILE_EXCL);
  chmodSync(path, plainMode());
}

function appeared(path: string): DatapinError {
  return new DatapinError('unsaved-changes', `${path} appeared while the command was running`, { hint: 'Try again.' });
}

function placeError(error: unknown, { cache, id, destination }: { cache: Cache; id: ObjectId; destination: string }): unknown {
  if (errnoOf(error) === 'ENOENT' && cache.sizeOf(id) === undefined) {
    return new DatapinError('cache-missing', `object ${id.value} for ${destination} is not in the cache`, { cause: error });
  }
  return ioError(error, `cannot write ${destination}`);
}
