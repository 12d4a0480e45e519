import type { Cache } from '../cache/cache.ts';
import { DatapinError } from '../errors.ts';
import { lstatIfThere } from '../file-stats.ts';
import { isObjectValue } from '../hashing/object-id.ts';
import type { OutputPlan } from './plan-output.ts';
import type { UnusedData } from './unused-data.ts';

/** Throws `unsaved-changes` when carrying the plans out would lose content that the cache does not have. Nothing has been changed then. */
export function refuseUnsaved(plans: readonly OutputPlan[], cache: Cache): void {
  const unsaved: string[] = [];
  for (const { output, lost } of plans) {
    const algorithm = output.id?.algorithm ?? 'md5';
    for (const [path, value] of lost) if (!isObjectValue(value) || !cache.has({ algorithm, value })) unsaved.push(path);
  }
  if (unsaved.length === 0) return;
  throw new DatapinError('unsaved-changes', "Can't remove the following unsaved files without confirmation. Use `--force` to force.", {
    hint: 'Keep them with `datapin add`/`datapin commit`, or give them up with `--force`.',
    details: unsaved.map((path) => new DatapinError('unsaved-changes', path)),
  });
}

/**
 * Throws `unsafe-path` when a file stands where a folder above an output is to be, unless it is about to be removed: nobody said that it may go.
 * Nothing has been changed then.
 */
export function refuseBlocked(plans: readonly OutputPlan[], unused: readonly UnusedData[], root: string): void {
  const removed = new Set(unused.flatMap(({ remove }) => remove));
  for (const { output, directory, place } of plans) {
    if (place.length === 0 && !directory) continue;
    for (let end = output.path.indexOf('/'); end !== -1; end = output.path.indexOf('/', end + 1)) {
      const folder = output.path.slice(0, end);
      if (removed.has(folder) || lstatIfThere(`${root}/${folder}`)?.isDirectory() !== false) continue;
      throw new DatapinError('unsafe-path', `'${output.path}' cannot be placed: '${folder}' is a file`, {
        hint: `Move '${folder}' away, then try again.`,
      });
    }
  }
}
