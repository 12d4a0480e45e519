import { lstatSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';

import { DatapinError } from '../errors.ts';
import { identityOf } from '../hashing/file-identity.ts';
import { ioError } from '../io-error.ts';
import { createPacer } from '../pacing.ts';
import type { StateRecord } from '../state/state.ts';
import { progressCounter } from '../transfer/progress.ts';
import { objectName } from '../transfer/wanted-object.ts';
import { checkPinnedPaths } from '../workspace/path-gate.ts';
import type { OutputPlan, Placement } from './plan-output.ts';
import type { WorkTree } from './work-tree.ts';

/** How the work tree came out. */
export interface CarriedOut {
  /** Placements whose object never came, by path. */
  readonly missing: readonly Placement[];
  readonly placed: number;
}

/** Plans on their way into the work tree: some files can be placed at once, others when their objects have arrived. */
export interface Undertaking {
  /** An object has come into the cache: its files are placed, in the background. */
  arrived(id: Placement['id']): void;
  /** Places what can be placed by now, waits for everything, remembers the hashes. Rejects with the first failure. */
  finish(): Promise<CarriedOut>;
}

/** Records this many hashes at a time. */
const recordsPerWrite = 10_000;

/**
 * Starts carrying plans out: removes what is to go (files, then folders that became empty), makes folders, places every file whose object is
 * in the cache. All paths were checked before the first change. Each single step leaves either the old or the new file whole.
 */
export async function carryOut(plans: readonly OutputPlan[], tree: WorkTree): Promise<Undertaking> {
  for (const plan of plans) checkPinnedPaths(plan.place.map(({ path }) => path));
  const { cache, context } = tree;
  const waiting = new Map<string, Placement[]>();
  const counter = progressCounter('place', context);
  const pacer = createPacer(context.signal);
  const records: StateRecord[] = [];
  let placed = 0;

  const place = async (placement: Placement): Promise<void> => {
    const destination = tree.gate.forWriting(placement.path);
    await tree.placer.place(placement.id, destination, { exec: placement.exec, replace: placement.replaces });
    placed += 1;
    counter.done();
    // What a symbolic link leads to: that is what hashing will look at.
    const identity = identityOf(statSync(destination));
    records.push({ path: destination, identity, algorithm: placement.id.algorithm, hash: placement.id.value });
    if (records.length >= recordsPerWrite) tree.state.put(records.splice(0));
    if (pacer.due()) await pacer.rest();
  };

  for (const plan of plans) await removeFiles(plan, tree);
  const absent: Placement[] = [];
  for (const plan of plans) {
    if (plan.directory && plan.place.length === 0) makeFolder(plan, tree);
    counter.expect(plan.place.length, 0);
    for (const placement of plan.place) {
      if (cache.has(placement.id)) await placeOrWait(placement);
      else wait(placement);
    }
  }

  function wait(placement: Placement): void {
    const name = objectName(placement.id);
    const others = waiting.get(name);
    if (others === undefined) waiting.set(name, [placement]);
    else others.push(placement);
  }
  /** An object may turn out damaged when it is copied; then it is as good as absent. */
  async function placeOrWait(placement: Placement): Promise<void> {
    try {
      await place(placement);
    } catch (error) {
      if (!(error instanceof DatapinError) || (error.code !== 'object-corrupt' && error.code !== 'cache-missing')) throw error;
      absent.push(placement);
    }
  }

  let background: Promise<void> = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;
  const arrived = (id: Placement['id']): void => {
    const name = objectName(id);
    const placements = waiting.get(name);
    if (placements === undefined) return;
    waiting.delete(name);
    background = placeAfter(background, placements);
  };
  async function placeAfter(earlier: Promise<void>, placements: readonly Placement[]): Promise<void> {
    await earlier;
    if (failure !== undefined) return;
    try {
      for (const placement of placements) await placeOrWait(placement);
    } catch (error) {
      failure = { error };
    }
  }
  return {
    arrived,
    async finish() {
      for (const placements of waiting.values()) {
        const [first] = placements;
        if (first !== undefined && cache.has(first.id)) arrived(first.id);
      }
      await background;
      tree.state.put(records.splice(0));
      if (failure !== undefined) throw failure.error;
      return { missing: [...absent, ...[...waiting.values()].flat()], placed };
    },
  };
}

/** Removes a whole output, file or directory, with what is ignored in it. */
export function removeOutput(path: string, tree: WorkTree): void {
  const place = tree.gate.existing(path);
  if (place === undefined) return;
  try {
    rmSync(place, { recursive: true, force: true });
  } catch (error) {
    throw ioError(error, `cannot remove '${path}'`);
  }
  tree.gate.forget(path);
}

async function removeFiles(plan: OutputPlan, tree: WorkTree): Promise<void> {
  const folders = new Set<string>();
  const pacer = createPacer(tree.context.signal);
  for (const path of plan.remove) {
    const file = tree.gate.existing(path);
    if (file === undefined) continue;
    try {
      rmSync(file, { force: true });
    } catch (error) {
      throw ioError(error, `cannot remove '${path}'`);
    }
    for (let folder = parentOf(path); folder.length >= plan.output.path.length; folder = parentOf(folder)) folders.add(folder);
    if (pacer.due()) await pacer.rest();
  }
  const deepestFirst = [...folders].sort((a, b) => b.length - a.length);
  for (const folder of deepestFirst) {
    const keep = plan.directory && folder === plan.output.path;
    if (!keep) removeIfEmpty(folder, tree);
  }
}

function removeIfEmpty(folder: string, tree: WorkTree): void {
  const path = tree.gate.existing(folder);
  if (path === undefined || lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  if (readdirSync(path).length > 0) return;
  try {
    rmdirSync(path);
  } catch (error) {
    throw ioError(error, `cannot remove '${folder}'`);
  }
  tree.gate.forget(folder);
}

/** An output that is a directory exists even when it is empty. */
function makeFolder(plan: OutputPlan, tree: WorkTree): void {
  tree.gate.forWriting(`${plan.output.path}/x`);
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
}
