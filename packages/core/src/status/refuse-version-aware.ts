import { DatapinError } from '../errors.ts';
import type { Remote } from '../transfer/remote.ts';

/** A version-aware remote keeps files by name: whether it has an object cannot be asked. Throws `unsupported`, as DVC refuses it. */
export function refuseVersionAware(remote: Remote): void {
  if (!remote.versionAware) return;
  throw new DatapinError('unsupported', `remote '${remote.name}' is version-aware: what it holds cannot be compared with the cache`);
}
