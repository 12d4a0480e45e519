import type { ObjectId } from '../hashing/object-id.ts';
import type { Output } from '../project/stage.ts';
import type { PinnedFile } from '../transfer/pinned-content.ts';

/** A file that is to be put in the work tree. */
export interface Placement {
  /** Relative to the project root. */
  readonly path: string;
  readonly id: ObjectId;
  readonly exec: boolean;
  /** Whether another file is there now. */
  readonly replaces: boolean;
}

/** What has to happen in the work tree for one output. Paths are relative to the project root. */
export interface OutputPlan {
  readonly output: Output;
  readonly directory: boolean;
  /** Whether there was anything of it before. */
  readonly existed: boolean;
  readonly remove: readonly string[];
  readonly place: readonly Placement[];
  /** Content hash of every file that would be lost (removed or replaced). */
  readonly lost: ReadonlyMap<string, string>;
}

/** A file of an output as it is in the work tree. */
export interface PresentFile {
  readonly hash: string;
  /** Whether it is executable; only for an output that is a single file, because directories do not record it. */
  readonly exec?: boolean;
}

/** Files of an output that are in the work tree, by relpath (empty for a single file). `undefined` when there is nothing. */
export type PresentFiles = ReadonlyMap<string, PresentFile> | undefined;

/**
 * Compares what is pinned with what is there. Pure. With `all`, files that are right already are placed again (relink).
 * Files outside the selected part of a directory must not be given in `present`.
 */
export function planOutput(
  output: Output,
  pinned: { readonly directory: boolean; readonly files: Iterable<PinnedFile> },
  present: PresentFiles,
  options: { readonly all: boolean } = { all: false },
): OutputPlan {
  const place: Placement[] = [];
  const remove: string[] = [];
  const lost = new Map<string, string>();
  const wanted = new Set<string>();
  for (const file of pinned.files) {
    wanted.add(file.relpath);
    const there = present?.get(file.relpath);
    const sameBytes = there?.hash === file.id.value;
    if (sameBytes && (there.exec ?? file.exec) === file.exec && !options.all) continue;
    place.push({ path: file.path, id: file.id, exec: file.exec, replaces: there !== undefined });
    if (there !== undefined && !sameBytes) lost.set(file.path, there.hash);
  }
  for (const [relpath, { hash }] of present ?? []) {
    if (wanted.has(relpath)) continue;
    const path = relpath === '' ? output.path : `${output.path}/${relpath}`;
    remove.push(path);
    lost.set(path, hash);
  }
  return { output, directory: pinned.directory, existed: present !== undefined, remove, place, lost };
}

/** Whether the output already is what it should be. An empty directory that is not there is something to do. */
export function isSettled(plan: OutputPlan): boolean {
  return plan.place.length === 0 && plan.remove.length === 0 && (plan.existed || !plan.directory);
}
