import type { OperationContext } from '../events.ts';
import { compareCodePoints } from '../formats/code-point-order.ts';
import type { RepositoryView } from '../project/repository-view.ts';
import type { Output } from '../project/stage.ts';
import type { State } from '../state/state.ts';
import { hashOutput } from '../workspace/hash-output.ts';
import { type DataIndex, hashText, type IndexedOutput } from './data-index.ts';

/**
 * What stands in the work tree where outputs are pinned (DVC: `build_data_index`); what is missing is left out. Each is hashed in the way its pin was.
 * Rejects with what hashing rejects with.
 */
export async function indexWorkTree(
  outputs: Iterable<Output>,
  { view, state }: { readonly view: RepositoryView; readonly state: State },
  context: OperationContext,
): Promise<DataIndex> {
  const index = new Map<string, IndexedOutput>();
  for (const { id, path, record, external } of outputs) {
    if (!record.cache || external) continue;
    const algorithm = id?.algorithm ?? 'md5';
    const found = await hashOutput({ root: view.project.root, path, algorithm, filter: view.dvcIgnore, state }, context);
    if (found === undefined) continue;
    const entry = { path, isDir: found.nfiles !== undefined, id: found.id, hash: hashText(found.id) };
    index.set(path, {
      entry,
      files: async () =>
        found.files.map(({ relpath, hash }) => ({ relpath, md5: hash })).sort((a, b) => compareCodePoints(a.relpath, b.relpath)),
    });
  }
  return index;
}
