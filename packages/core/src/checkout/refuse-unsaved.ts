import type { Cache } from '../cache/cache.ts';
import { DatapinError } from '../errors.ts';
import type { OutputPlan } from './plan-output.ts';

/** Throws `unsaved-changes` when carrying the plans out would lose content that the cache does not have. Nothing has been changed then. */
export function refuseUnsaved(plans: readonly OutputPlan[], cache: Cache): void {
  const unsaved: string[] = [];
  for (const { output, lost } of plans) {
    const algorithm = output.id?.algorithm ?? 'md5';
    for (const [path, hash] of lost) if (!cache.has({ algorithm, value: hash })) unsaved.push(path);
  }
  if (unsaved.length === 0) return;
  throw new DatapinError('unsaved-changes', "Can't remove the following unsaved files without confirmation. Use `--force` to force.", {
    hint: 'Keep them with `datapin add`/`datapin commit`, or give them up with `--force`.',
    details: unsaved.map((path) => new DatapinError('unsaved-changes', path)),
  });
}
