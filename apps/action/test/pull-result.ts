import type { MissingObject, PullResult } from '@datapin/core';

/** An object that could not be brought; not on the remote unless said otherwise. */
export function missingObject(given: Partial<MissingObject>): MissingObject {
  const path = given.path ?? 'data/a.csv';
  return {
    path,
    hash: '900150983cd24fb0d6963f7d28e17f72',
    remote: 'origin',
    reason: 'missing',
    code: 'object-missing',
    message: `'${path}' (object 900150983cd24fb0d6963f7d28e17f72) is not on remote 'origin' (s3://bucket)`,
    ...given,
  };
}

interface Given {
  readonly files?: number;
  readonly bytes?: number;
  readonly downloadedFiles?: number;
  readonly downloadedBytes?: number;
  readonly dataHash?: string;
  readonly missing?: readonly MissingObject[];
  readonly failed?: readonly string[];
}

/** A pull's result, all fine unless said otherwise. */
export function pullResult({
  files = 0,
  bytes = 0,
  downloadedFiles = 0,
  downloadedBytes = 0,
  dataHash = '',
  missing = [],
  failed = [],
}: Given): PullResult {
  return {
    fetch: { fetched: downloadedFiles, files: downloadedFiles, bytes: downloadedBytes, missing },
    checkout: { added: [], modified: [], deleted: [], failed, fileCounts: { added: 0, modified: 0, deleted: 0 } },
    files,
    bytes,
    complete: missing.length === 0 && failed.length === 0,
    dataHash,
  };
}
