import { DatapinError } from '../errors.ts';
import { type ObjectId, isObjectValue } from '../hashing/object-id.ts';
import { type HashedOutput, hashOutput } from '../workspace/hash-output.ts';
import type { OutputPlan } from './plan-output.ts';
import type { WorkTree } from './work-tree.ts';

/** Data that an earlier checkout or `add` placed and that no metafile names any more. Paths are relative to the project root. */
export interface UnusedData {
  readonly path: string;
  readonly directory: boolean;
  /** Its files; what is ignored beside them stays. */
  readonly remove: readonly string[];
}

/** What is to become of the notes about placed data. */
export interface UnusedPlan {
  readonly unused: readonly UnusedData[];
  /** Paths that are no outputs any more, removed or not: they are the user's own from now on. */
  readonly forget: readonly string[];
}

/**
 * Remembers what was placed, so that it can be removed once it is no output any more. The note is the content's id:
 * only data that is still exactly that, and is in the cache, is ever removed.
 */
export function notePlaced(plans: readonly OutputPlan[], { forget }: UnusedPlan, tree: WorkTree): void {
  const notes = new Map<string, string | undefined>(forget.map((path) => [path, undefined]));
  for (const { output } of plans) if (output.id !== undefined) notes.set(output.path, `${output.id.algorithm}:${output.id.value}`);
  tree.state.setPlaced(notes);
}

/**
 * Plans to remove data that an earlier checkout placed, that no metafile names any more and that is unchanged since (DVC: "unused links").
 * Switching branches cleans up in this way; whatever the cache does not hold stays. Changes nothing.
 */
export async function planUnused(tree: WorkTree): Promise<UnusedPlan> {
  const placed = tree.state.placed();
  if (placed.size === 0) return { unused: [], forget: [] };
  const graph = await tree.view.graph();
  const unused: UnusedData[] = [];
  const forget: string[] = [];
  for (const [path, note] of placed) {
    // Inside of an output it is that output's business.
    if (graph.outputAt(path) !== undefined) continue;
    forget.push(path);
    const present = await unchangedData(path, note, tree);
    if (present === undefined) continue;
    const directory = present.nfiles !== undefined;
    const files = directory ? present.files.map(({ relpath }) => `${path}/${relpath}`) : [path];
    unused.push({ path, directory, remove: files.filter((file) => graph.outputAt(file) === undefined) });
  }
  return { unused, forget };
}

async function unchangedData(path: string, note: string, tree: WorkTree): Promise<HashedOutput | undefined> {
  const [algorithm, value] = note.split(':');
  if ((algorithm !== 'md5' && algorithm !== 'md5-dos2unix') || value === undefined || !isObjectValue(value)) return undefined;
  const id: ObjectId = { algorithm, value };
  try {
    if (tree.gate.existing(path) === undefined || !tree.cache.has(id)) return undefined;
    const present = await hashOutput(
      { root: tree.project.root, path, algorithm, filter: tree.view.dvcIgnore, state: tree.state },
      tree.context,
    );
    const unchanged = present?.id.value === value && present.files.every(({ hash }) => tree.cache.has({ algorithm, value: hash }));
    return unchanged ? present : undefined;
  } catch (error) {
    // Something else stands there now (behind a link, or a thing that cannot be tracked): not ours.
    if (error instanceof DatapinError && (error.code === 'unsafe-path' || error.code === 'invalid-target')) return undefined;
    throw error;
  }
}
