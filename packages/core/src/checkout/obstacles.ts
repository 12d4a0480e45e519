import { readdirSync } from 'node:fs';

import { lstatIfThere } from '../file-stats.ts';
import { hashOutputFiles } from '../workspace/hash-output.ts';
import type { OutputPlan, Placement } from './plan-output.ts';
import type { WorkTree } from './work-tree.ts';

/** Stands for the hash of something that was not hashed: no cache holds it. */
const unknownHash = '';

/**
 * Completes a plan with what `.dvcignore` hides but what is in the way: a file where a file or a folder is to be, files in a folder where a
 * file is to be. They count as content that would be lost; a file that is as pinned stays. Throws `unsafe-path` for a symbolic link on the way.
 */
export async function withObstacles(plan: OutputPlan, tree: WorkTree): Promise<OutputPlan> {
  const known = new Set(plan.remove);
  const remove = [...plan.remove];
  const lost = new Map(plan.lost);
  const place: Placement[] = [];
  const add = (path: string): void => {
    if (known.has(path)) return;
    known.add(path);
    remove.push(path);
    lost.set(path, unknownHash);
  };
  const free = new Set<string>();
  for (const placement of plan.place) {
    const { path, replaces } = placement;
    const blocking = replaces ? undefined : fileOnTheWay(path, free, plan, tree);
    if (blocking !== undefined) add(blocking);
    const stats = replaces || blocking !== undefined ? undefined : lstatIfThere(`${tree.project.root}/${path}`);
    if (stats?.isDirectory() === true) {
      for (const file of filesBelow(path, tree)) add(file);
    } else if (stats !== undefined && !known.has(path)) {
      const hash = await hashOf(placement, tree);
      if (hash === placement.id.value) continue;
      lost.set(path, hash);
      place.push({ ...placement, replaces: true });
      continue;
    }
    place.push(placement);
  }
  return { ...plan, remove, lost, place };
}

/** A file that stands where a folder of the path is to be, inside of the output. */
function fileOnTheWay(path: string, free: Set<string>, { output }: OutputPlan, tree: WorkTree): string | undefined {
  tree.gate.existing(path);
  for (let end = output.path.length; end !== -1; end = path.indexOf('/', end + 1)) {
    const folder = path.slice(0, end);
    if (free.has(folder) || folder === path) continue;
    const stats = lstatIfThere(`${tree.project.root}/${folder}`);
    if (stats === undefined) return undefined;
    if (!stats.isDirectory()) return folder;
    free.add(folder);
  }
  return undefined;
}

function* filesBelow(folder: string, tree: WorkTree): Generator<string> {
  for (const entry of readdirSync(`${tree.project.root}/${folder}`, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(path, tree);
    else yield path;
  }
}

async function hashOf({ path, id }: Placement, { project, state, context }: WorkTree): Promise<string> {
  const filter = { ignores: () => false };
  const found = await hashOutputFiles({ root: project.root, path, algorithm: id.algorithm, filter, state }, context);
  return found?.files[0]?.hash ?? unknownHash;
}
