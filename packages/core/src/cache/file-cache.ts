import { lstatSync, rmSync, type Stats } from 'node:fs';
import { readFile } from 'node:fs/promises';

import type { LinkType } from '../config/config.ts';
import { parseDirectory, serializeDirectory } from '../formats/directory-object.ts';
import { hashBytes } from '../hashing/content-hash.ts';
import { hashFile, hashFileSync } from '../hashing/hash-file.ts';
import { isDirectoryId, type ObjectId } from '../hashing/object-id.ts';
import { errnoOf, ioError } from '../io-error.ts';
import { refuseForeignCache } from './cache-place.ts';
import type { Cache } from './cache.ts';
import { objectCorrupt, openIncomingObject } from './incoming-object.ts';
import { objectMode, type ObjectFiles, openObjectFiles, quietlyChmod } from './object-files.ts';
import { recentFiles } from './recent-files.ts';
import { storeFile, storeSmallFile, type StoreTarget } from './store-file.ts';

/** What the cache takes from the configuration: `config.cache` fits. */
export interface CacheSettings {
  /** Absolute. */
  readonly dir: string;
  readonly types: readonly LinkType[];
  /** `cache.shared = group` */
  readonly shared: boolean;
  /** Where a cache that the user did not choose has to be; see {@link refuseForeignCache}. */
  readonly boundary?: string | undefined;
}

/** MD5 of no bytes. */
const emptyHash = 'd41d8cd98f00b204e9800998ecf8427e';

/** The cache in a folder; see {@link Cache} for what it promises. Nothing is made or read before it is used. */
export function openCache(settings: CacheSettings): Cache {
  const proven = new Set<string>();
  const recent = recentFiles();
  const { dir, boundary, shared } = settings;
  const check = (): void => {
    if (boundary !== undefined) refuseForeignCache(dir, boundary);
  };
  const files = notingPublished(openObjectFiles(dir, { shared, check }), proven);
  /** Objects whose mode cannot be changed to 0444 (somebody else's): hashed once per process. */
  const verified = new Set<string>();

  const statOf = (id: ObjectId): Stats | undefined => {
    const path = files.pathOf(id);
    try {
      // An object is a file: a link in its place, which a clone may have brought, is none.
      const stats = lstatSync(path, { throwIfNoEntry: false });
      return stats?.isFile() === true ? stats : undefined;
    } catch (error) {
      throw ioError(error, `cannot read ${path}`);
    }
  };
  const remove = (id: ObjectId): void => {
    const path = files.pathOf(id);
    try {
      rmSync(path, { force: true });
    } catch (error) {
      throw ioError(error, `cannot remove ${path}`);
    }
    proven.delete(path);
    recent.drop(path);
  };
  const accept = (id: ObjectId, found: string): boolean => {
    if (found !== hexOf(id)) {
      remove(id);
      return false;
    }
    if (!quietlyChmod(files.pathOf(id), objectMode)) verified.add(id.value);
    return true;
  };
  const has = (id: ObjectId): boolean => {
    const stats = statOf(id);
    if (stats === undefined) return false;
    // What a power cut leaves of a file that was renamed before its bytes reached the disk.
    if (stats.size === 0 && hexOf(id) !== emptyHash) return accept(id, emptyHash);
    if ((stats.mode & 0o777) === objectMode || verified.has(id.value)) return true;
    return accept(id, hashFileSync(files.pathOf(id), id.algorithm));
  };
  const publishBytes = (id: ObjectId, bytes: Uint8Array): void => {
    const found = hashBytes(id.algorithm, bytes);
    if (found !== hexOf(id)) throw objectCorrupt(id, found);
    if (target.has(id)) return;
    try {
      files.write(id, bytes);
    } catch (error) {
      throw ioError(error, `cannot write ${files.pathOf(id)}`);
    }
    recent.keep(files.pathOf(id), bytes);
  };
  const target: StoreTarget = {
    files,
    has: (id) => !files.isSurelyAbsent(id) && has(id),
    reflinks: settings.types.includes('reflink'),
  };

  return {
    dir: settings.dir,
    pathOf: (id) => files.pathOf(id),
    has,
    remove,
    publishBytes,
    sizeOf: (id) => statOf(id)?.size,
    storeFile: (path, options) => storeFile(target, path, options),
    storeSmallFile: (path, options) => storeSmallFile(target, path, options),

    recentBytes: (id) => recent.get(files.pathOf(id)),
    isProven: (id) => proven.has(files.pathOf(id)),
    matches: (id, bytes) => hashBytes(id.algorithm, bytes) === hexOf(id),
    async verify(id, signal) {
      const stats = statOf(id);
      if (stats === undefined) return false;
      const { hash } = await hashFile(files.pathOf(id), { algorithm: id.algorithm, signal });
      return accept(id, hash);
    },

    async readDirectory(id) {
      if (!has(id)) return undefined;
      const path = files.pathOf(id);
      let bytes: Buffer;
      try {
        bytes = await readFile(path);
      } catch (error) {
        if (errnoOf(error) === 'ENOENT') return undefined;
        throw ioError(error, `cannot read ${path}`);
      }
      // What a directory object says decides what is removed from a work tree: it is never believed unseen.
      if (hashBytes(id.algorithm, bytes) === hexOf(id)) return parseDirectory(bytes, id.value);
      remove(id);
      return undefined;
    },

    async writeDirectory(entries, algorithm) {
      const bytes = serializeDirectory(entries);
      const id = { algorithm, value: `${hashBytes(algorithm, bytes)}.dir` };
      publishBytes(id, bytes);
      return { id, bytes: bytes.length };
    },

    async receive(id, options) {
      try {
        return openIncomingObject(files, id, options);
      } catch (error) {
        throw ioError(error, `cannot write ${files.pathOf(id)}`);
      }
    },

    [Symbol.dispose]: () => {
      files[Symbol.dispose]();
    },
  };
}

/** Notes what gets its name from a temp file: large objects, whose bytes were hashed on their way in. */
function notingPublished(files: ObjectFiles, proven: Set<string>): ObjectFiles {
  return {
    ...files,
    publish(temp, id) {
      files.publish(temp, id);
      proven.add(files.pathOf(id));
    },
  };
}

function hexOf(id: ObjectId): string {
  return isDirectoryId(id) ? id.value.slice(0, -'.dir'.length) : id.value;
}
