import { StorageError } from '@datapin/storage';

import type { DriveFile } from './drive-client.ts';
import { folderType } from './drive-query.ts';

/** More than this is not remembered, so that listing a huge store does not fill the memory. */
const limit = 200_000;

/** What is known of the files behind keys: from listings, look-ups and own writes. Absence is never remembered. */
export interface KnownFiles {
  get(key: string): readonly DriveFile[] | undefined;
  /** All files that have the key's name, as a look-up found them. */
  learn(key: string, files: readonly DriveFile[]): void;
  /** A file that was written here; listings may not show it for a while. */
  wrote(key: string, file: DriveFile): void;
  /** A file that was removed here; listings may go on showing it for a while. */
  removed(key: string, id: string): void;
  isRemoved(id: string): boolean;
  forget(key: string): void;
  /** Own writes below a prefix. */
  written(prefix: string): Iterable<readonly [key: string, file: DriveFile]>;
}

export function createKnownFiles(): KnownFiles {
  const known = new Map<string, readonly DriveFile[]>();
  const writes = new Map<string, DriveFile>();
  const gone = new Set<string>();
  return {
    get: (key) => known.get(key),
    learn(key, files) {
      if (known.size < limit || known.has(key)) known.set(key, files);
    },
    wrote(key, file) {
      writes.set(key, file);
      known.set(key, [file, ...(known.get(key) ?? []).filter(({ id }) => id !== file.id)]);
    },
    removed(key, id) {
      gone.add(id);
      known.delete(key);
      if (writes.get(key)?.id === id) writes.delete(key);
    },
    isRemoved: (id) => gone.has(id),
    forget(key) {
      known.delete(key);
      writes.delete(key);
    },
    *written(prefix) {
      for (const entry of writes) if (entry[0].startsWith(prefix)) yield entry;
    },
  };
}

/** Objects of DVC's layouts are named by their MD5: `files/md5/ab/cd…`, `ab/cd…`, with `.dir` behind it or not. */
export function md5InKey(key: string): string | undefined {
  const match = /(?:^|\/)([0-9a-f]{2})\/([0-9a-f]{30})(?:\.dir)?$/u.exec(key);
  return match === null ? undefined : `${match[1]}${match[2]}`;
}

/**
 * Which of several files of one name is the object: names are not unique in Drive. The one whose bytes are those that the key promises,
 * else the oldest; folders are none. Throws `unsupported` where all there is are documents of Google's own, which have no bytes.
 */
export function chooseFile(key: string, files: readonly DriveFile[]): DriveFile | undefined {
  const candidates = files.filter(({ mimeType, trashed }) => mimeType !== folderType && !trashed);
  const stored = candidates.filter(({ size }) => size !== undefined).sort(byAge);
  if (stored.length === 0 && candidates.length > 0) throw googleDocument(key);
  const promised = md5InKey(key);
  return stored.find(({ md5 }) => promised !== undefined && md5 === promised) ?? stored[0];
}

function byAge(a: DriveFile, b: DriveFile): number {
  return a.createdTime < b.createdTime ? -1 : a.createdTime > b.createdTime ? 1 : a.id < b.id ? -1 : 1;
}

function googleDocument(key: string): StorageError {
  return new StorageError('unsupported', `${key} is a Google document or a shortcut, which has no bytes of its own`, {
    hint: 'Export it to a file, and store that.',
  });
}
