/** DVC 3 hashes bytes with `md5`; DVC 2 hashed text with CRLF turned into LF first (`md5-dos2unix`). Each has its own place in cache and remote. */
export type HashAlgorithm = 'md5' | 'md5-dos2unix';

/** The name of an object: 32 hex digits, and `.dir` behind them for a directory object. */
export interface ObjectId {
  readonly algorithm: HashAlgorithm;
  readonly value: string;
}

const objectValue = /^[0-9a-f]{32}(\.dir)?$/u;

/** Whether a text can be the value of an {@link ObjectId}. Everything else from a metafile must not become a path. */
export function isObjectValue(text: string): boolean {
  return objectValue.test(text);
}

/** Whether the object is a directory's list of files. */
export function isDirectoryId(id: ObjectId): boolean {
  return id.value.endsWith('.dir');
}

/**
 * Where an object lies below a cache or a remote: `files/md5/ab/cdef…`, for `md5-dos2unix` `ab/cdef…`.
 * One layout for caches and remotes (DVC: `HashFileDB._oid_parts`).
 */
export function objectKey(id: ObjectId): string {
  const path = `${id.value.slice(0, 2)}/${id.value.slice(2)}`;
  return id.algorithm === 'md5' ? `files/md5/${path}` : path;
}
