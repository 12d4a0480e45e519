import type { Outcome } from './outcome.ts';
import { joined } from './pins.ts';

/** Every output of action.yml. */
export const outputNames = [
  'data-hash',
  'cache-hit',
  'cache-result',
  'cache-keys',
  'files',
  'bytes',
  'downloaded-files',
  'downloaded-bytes',
  'complete',
  'missing',
  'changed',
  'rev',
  'roots',
  'manifest',
] as const;

type OutputName = (typeof outputNames)[number];

/** Outputs have to stay small; the manifest has everything. */
const mostMissing = 100;

/** The outputs of a run, all of them; of one that failed before there was a result, too. */
export function outputsOf(outcome: Outcome): Readonly<Record<OutputName, string>> {
  const missing = outcome.missing.slice(0, mostMissing).map(({ path, hash, remote, reason, project }) => {
    return { path: joined(project.placedAt, path), md5: hash, remote: remote ?? '', reason };
  });
  return {
    'data-hash': outcome.dataHash,
    'cache-hit': String(outcome.cacheHit),
    'cache-result': outcome.cacheResult,
    'cache-keys': JSON.stringify(outcome.cacheKeys),
    files: String(outcome.files),
    bytes: String(outcome.bytes),
    'downloaded-files': String(outcome.downloadedFiles),
    'downloaded-bytes': String(outcome.downloadedBytes),
    complete: String(outcome.complete),
    missing: JSON.stringify(missing),
    changed: outcome.changed === undefined ? '' : String(outcome.changed),
    rev: outcome.rev,
    roots: JSON.stringify(outcome.roots),
    manifest: outcome.manifest,
  };
}
