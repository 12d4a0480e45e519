import type { FetchResult } from '@datapin/core';

/** What a fetch did, as it is printed with `--json`. */
export function fetchJson({ fetched, files, bytes, missing }: FetchResult): Pick<FetchResult, 'fetched' | 'files' | 'bytes' | 'missing'> {
  return { fetched, files, bytes, missing };
}
