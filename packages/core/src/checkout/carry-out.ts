import { lstatSync, rmSync } from 'node:fs';

import type { Twin } from '../cache/cache.ts';
import { DatapinError } from '../errors.ts';
import { identityOf } from '../hashing/file-identity.ts';
import { createPacer } from '../pacing.ts';
import type { StateRecord } from '../state/state.ts';
import { progressCounter } from '../transfer/progress.ts';
import { objectName } from '../transfer/wanted-object.ts';
import { checkPinnedPaths } from '../workspace/path-gate.ts';
import type { OutputPlan, Placement } from './plan-output.ts';
import { removeEmptyFolder, removeFiles } from './remove-files.ts';
import type { UnusedData } from './unused-data.ts';
import type { WorkTree } from './work-tree.ts';

/** How the work tree came out. */
export interface CarriedOut {
  /** Placements whose object never came. */
  readonly missing: readonly Placement[];
  readonly placed: number;
}

/** Plans on their way into the work tree: some files can be placed at once, others when their objects have arrived. */
export interface Undertaking {
  /**
   * Where a copy of an object that is about to arrive may be written, see `Placer.twinFor`: it becomes the placed file when the object has arrived.
   * `undefined` when nobody waits for the object.
   */
  twinFor(id: Placement['id']): Twin | undefined;
  /**
   * An object has come into the cache: its files are placed, in the background. Who brings objects faster than they can be placed gets a promise to wait for,
   * so that what has just arrived is still at hand when its turn comes.
   */
  arrived(id: Placement['id']): Promise<void> | undefined;
  /** Places what can be placed by now, waits for everything, remembers the hashes. Rejects with the first failure. */
  finish(): Promise<CarriedOut>;
}

/** So many files may wait to be placed. */
const longestQueue = 200;

/** Records this many hashes at a time: each time it may have to wait for a tick of the file system's clock. */
const recordsPerWrite = 20_000;

/**
 * Starts carrying plans out: removes what is to go (files, then folders that became empty), makes folders, places every file whose object is
 * in the cache. All paths were checked before the first change. Each single step leaves either the old or the new file whole.
 */
export async function carryOut(plans: readonly OutputPlan[], unused: readonly UnusedData[], tree: WorkTree): Promise<Undertaking> {
  for (const plan of plans) checkPinnedPaths(plan.place.map(({ path }) => path));
  const { context } = tree;
  const waiting = new Map<string, Placement[]>();
  /** By the name of their object. */
  const twins = new Map<string, Twin>();
  const counter = progressCounter('place', context);
  const placing = placements(tree, {
    done: () => counter.done(),
    twinOf: (id) => {
      const twin = twins.get(objectName(id));
      twins.delete(objectName(id));
      return twin;
    },
    absent: (placement) => waitFor(placement, waiting),
  });

  for (const { path, remove } of unused) await removeFiles({ output: path, files: remove, keepFolder: false }, tree);
  for (const { output, remove, directory } of plans) await removeFiles({ output: output.path, files: remove, keepFolder: directory }, tree);
  for (const { output, directory, place } of plans) {
    // A directory without files is there nevertheless; one whose files are all missing is not made (as with DVC).
    if (directory && place.length === 0) tree.gate.forWriting(`${output.path}/x`);
    counter.expect(place.length, 0);
    for (const placement of place) {
      if (tree.cache.has(placement.id)) await placing.place(placement);
      else waitFor(placement, waiting);
    }
  }

  let ready: Placement[] = [];
  let background: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;
  const drain = async (): Promise<void> => {
    try {
      while (ready.length > 0) {
        const some = ready;
        ready = [];
        for (const next of some) await placing.place(next);
      }
    } catch (error) {
      failure ??= { error };
    }
    background = undefined;
  };
  const arrived = (id: Placement['id']): Promise<void> | undefined => {
    const name = objectName(id);
    const placements = waiting.get(name);
    if (placements === undefined || failure !== undefined) return undefined;
    waiting.delete(name);
    ready.push(...placements);
    background ??= drain();
    return ready.length > longestQueue ? background : undefined;
  };
  return {
    arrived,
    twinFor(id) {
      const [first] = waiting.get(objectName(id)) ?? [];
      if (first === undefined || failure !== undefined) return undefined;
      try {
        const twin = tree.placer.twinFor(tree.gate.forWriting(first.path));
        if (twin !== undefined) twins.set(objectName(id), twin);
        return twin;
      } catch {
        // placing it meets the same obstacle, and says so
        return undefined;
      }
    },
    async finish() {
      for (const [first] of waiting.values()) if (first !== undefined && tree.cache.has(first.id)) void arrived(first.id);
      await background;
      for (const { path, isComplete } of twins.values()) if (isComplete) rmSync(path, { force: true });
      placing.remember();
      if (failure !== undefined) throw failure.error;
      return { missing: [...waiting.values()].flat(), placed: placing.placed };
    },
  };
}

function waitFor(placement: Placement, waiting: Map<string, Placement[]>): void {
  const name = objectName(placement.id);
  const others = waiting.get(name);
  if (others === undefined) waiting.set(name, [placement]);
  else others.push(placement);
}

interface Placements {
  place(placement: Placement): Promise<void>;
  remember(): void;
  readonly placed: number;
}

/** Places files one by one and notes their hashes. An object may turn out damaged when it is copied; then it is as good as `absent`. */
function placements(
  tree: WorkTree,
  {
    done,
    twinOf,
    absent,
  }: {
    readonly done: () => void;
    readonly twinOf: (id: Placement['id']) => Twin | undefined;
    readonly absent: (placement: Placement) => void;
  },
): Placements {
  const pacer = createPacer(tree.context.signal);
  const records: StateRecord[] = [];
  let placed = 0;
  const remember = (): void => {
    tree.state.put(records.splice(0));
  };
  const place = async ({ path, id, exec, replaces }: Placement): Promise<void> => {
    const destination = tree.gate.forWriting(path);
    try {
      await tree.placer.place(id, destination, { exec, replace: replaces, twin: twinOf(id) });
    } catch (error) {
      if (!(error instanceof DatapinError) || error.code !== 'unsaved-changes' || !removeEmptyFolder(path, tree)) throw error;
      await tree.placer.place(id, destination, { exec });
    }
    placed += 1;
    done();
    records.push({ path: destination, identity: identityOf(lstatSync(destination)), algorithm: id.algorithm, hash: id.value });
    if (records.length >= recordsPerWrite) remember();
    if (pacer.due()) await pacer.rest();
  };
  return {
    remember,
    get placed() {
      return placed;
    },
    async place(placement) {
      try {
        await place(placement);
      } catch (error) {
        if (!(error instanceof DatapinError) || (error.code !== 'object-corrupt' && error.code !== 'cache-missing')) throw error;
        absent(placement);
      }
    },
  };
}
