import type { Cache } from '../cache/cache.ts';
import type { OperationContext } from '../events.ts';
import type { ObjectId } from '../hashing/object-id.ts';
import type { Project } from '../project/project.ts';
import type { Output } from '../project/stage.ts';
import { remoteNameOf } from '../transfer/bring-outputs.ts';
import { downloadObjects } from '../transfer/download-objects.ts';
import { remotePool } from '../transfer/remote-pool.ts';

/** Brings the list of files of a directory into the cache; leaves it missing when the remote does not have it. Rejects with a remote's failure, `no-remote`. */
export async function fetchDirectory(
  project: Project,
  { output, id, cache }: { readonly output: Output; readonly id: ObjectId; readonly cache: Cache },
  context: OperationContext,
): Promise<void> {
  await using pool = remotePool(project, context, {});
  await downloadObjects(pool, remoteNameOf(output, undefined), [{ id, path: output.path }], { cache, context });
}
