import { readdirSync, rmdirSync, rmSync } from 'node:fs';

import { lstatIfThere } from '../file-stats.ts';
import { ioError } from '../io-error.ts';
import { createPacer } from '../pacing.ts';
import type { WorkTree } from './work-tree.ts';

/** Files to remove, with the path of the output that they belong to. All paths are relative to the project root. */
export interface Removal {
  readonly output: string;
  readonly files: readonly string[];
  /** Whether the output's own folder stays even when it becomes empty. */
  readonly keepFolder: boolean;
}

/** Removes files, then the folders of the output that became empty by it, the deepest first. What is not there is no error. */
export async function removeFiles({ output, files, keepFolder }: Removal, tree: WorkTree): Promise<void> {
  const folders = new Set<string>();
  const pacer = createPacer(tree.context.signal);
  for (const path of files) {
    const file = tree.gate.existing(path);
    if (file === undefined) continue;
    try {
      rmSync(file, { force: true });
    } catch (error) {
      throw ioError(error, `cannot remove '${path}'`);
    }
    for (let folder = parentOf(path); folder.length >= output.length; folder = parentOf(folder)) folders.add(folder);
    if (pacer.due()) await pacer.rest();
  }
  const deepestFirst = [...folders].sort((a, b) => b.length - a.length);
  for (const folder of deepestFirst) if (!keepFolder || folder !== output) removeIfEmpty(folder, tree);
}

/** Removes a folder that holds nothing but empty folders. Says whether it is gone. */
export function removeEmptyFolder(path: string, tree: WorkTree): boolean {
  const place = tree.gate.existing(path);
  if (place === undefined || lstatIfThere(place)?.isDirectory() !== true) return false;
  for (const entry of readdirSync(place, { withFileTypes: true })) {
    if (!entry.isDirectory() || !removeEmptyFolder(`${path}/${entry.name}`, tree)) return false;
  }
  removeIfEmpty(path, tree);
  return true;
}

function removeIfEmpty(folder: string, tree: WorkTree): void {
  const path = tree.gate.existing(folder);
  if (path === undefined || lstatIfThere(path)?.isDirectory() !== true || readdirSync(path).length > 0) return;
  try {
    rmdirSync(path);
  } catch (error) {
    throw ioError(error, `cannot remove '${folder}'`);
  }
  tree.gate.forget(folder);
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
