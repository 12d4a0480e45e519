import { hash } from 'node:crypto';

import { compareCodePoints } from './code-point-order.ts';
import { formatPythonJson } from './python-json.ts';

/**
 * The hash by which DVC records a folder of a store that names its objects by etags: an import's dependency has it as `md5: ….dir` (dvc-data `Tree.digest`).
 * It is a directory object's, with `etag` in the place of `md5`.
 */
export function etagListingHash(files: readonly { readonly relpath: string; readonly etag: string }[]): string {
  const entries = files
    .toSorted((a, b) => compareCodePoints(a.relpath, b.relpath))
    .map(
      ({ relpath, etag }) =>
        new Map([
          ['etag', etag],
          ['relpath', relpath],
        ]),
    );
  return `${hash('md5', formatPythonJson(entries))}.dir`;
}
