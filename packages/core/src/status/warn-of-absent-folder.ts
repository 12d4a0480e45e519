import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import { type ObjectId, objectKey } from '../hashing/object-id.ts';
import type { RemoteObjects } from '../transfer/query-remote.ts';
import type { Remote } from '../transfer/remote.ts';

/**
 * Warns when nothing was found on a remote because its folder is not there: that is right before the first push, and looks like lost data when a share is
 * not mounted. Asking for existence cannot tell the two apart, as a push has to be able to make the folder; reading does.
 */
export async function warnOfAbsentFolder(
  remote: Remote,
  { wanted, found }: { readonly wanted: readonly ObjectId[]; readonly found: RemoteObjects },
  context: OperationContext,
): Promise<void> {
  const [id] = wanted;
  if (id === undefined || found.size > 0 || remote.storage.pathOf === undefined) return;
  const key = objectKey(id);
  try {
    await remote.attempt({ object: key }, () => remote.storage.read(key, { signal: context.signal }));
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof DatapinError) || error.code !== 'remote-unavailable') return;
    context.report({ type: 'warning', message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) });
  }
}
