import { type ObjectId, isObjectValue } from '../hashing/object-id.ts';
import { hashOutput } from '../workspace/hash-output.ts';
import type { OutputPlan } from './plan-output.ts';
import type { WorkTree } from './work-tree.ts';

/**
 * Remembers what was placed, so that it can be removed once it is no output any more. The note is the content's id:
 * only data that is still exactly that, and is in the cache, is ever removed.
 */
export function notePlaced(plans: readonly OutputPlan[], tree: WorkTree): void {
  const notes = new Map<string, string>();
  for (const { output } of plans) if (output.id !== undefined) notes.set(output.path, `${output.id.algorithm}:${output.id.value}`);
  tree.state.setPlaced(notes);
}

/**
 * Plans to remove data that an earlier checkout placed, that no metafile names any more and that is unchanged since (DVC: "unused links").
 * Switching branches cleans up in this way; whatever the cache does not hold stays.
 */
export async function planUnused(tree: WorkTree): Promise<readonly string[]> {
  const placed = tree.state.placed();
  if (placed.size === 0) return [];
  const graph = await tree.view.graph();
  const unused: string[] = [];
  const forgotten = new Map<string, undefined>();
  for (const [path, note] of placed) {
    if (graph.outputAt(path) !== undefined || graph.outputsBelow(path).length > 0) continue;
    forgotten.set(path, undefined);
    if (await isUnchanged(path, note, tree)) unused.push(path);
  }
  tree.state.setPlaced(forgotten);
  return unused;
}

async function isUnchanged(path: string, note: string, tree: WorkTree): Promise<boolean> {
  const [algorithm, value] = note.split(':');
  if ((algorithm !== 'md5' && algorithm !== 'md5-dos2unix') || value === undefined || !isObjectValue(value)) return false;
  const id: ObjectId = { algorithm, value };
  if (tree.gate.existing(path) === undefined || !tree.cache.has(id)) return false;
  const present = await hashOutput(
    { root: tree.project.root, path, algorithm, filter: tree.view.dvcIgnore, state: tree.state },
    tree.context,
  );
  return present?.id.value === value && present.files.every(({ hash }) => tree.cache.has({ algorithm, value: hash }));
}
