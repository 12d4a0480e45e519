import type { PullResult } from '@datapin/core';

/** Every output of action.yml. */
export const outputNames = ['data-hash', 'files', 'bytes', 'downloaded-files', 'downloaded-bytes', 'complete', 'missing'] as const;

type OutputName = (typeof outputNames)[number];

/** Outputs have to stay small; who needs more runs the command line. */
const mostMissing = 100;

/** The outputs of a pull, all of them; of one that failed before there was a result, too. */
export function outputsOf(result: PullResult | undefined): Readonly<Record<OutputName, string>> {
  const missing = (result?.fetch.missing ?? []).slice(0, mostMissing);
  return {
    'data-hash': result?.dataHash ?? '',
    files: String(result?.files ?? 0),
    bytes: String(result?.bytes ?? 0),
    'downloaded-files': String(result?.fetch.files ?? 0),
    'downloaded-bytes': String(result?.fetch.bytes ?? 0),
    complete: String(result?.complete ?? false),
    missing: JSON.stringify(missing.map(({ path, hash, remote, reason }) => ({ path, hash, remote, reason }))),
  };
}
