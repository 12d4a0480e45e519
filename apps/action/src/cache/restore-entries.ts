import { rmSync, unlink } from 'node:fs';
import { join } from 'node:path';

import { isDirectoryId, type NearbyObject, type NearbyObjects } from '@datapin/core';

import type { CacheClient, FoundEntry } from './cache-client.ts';
import { type EntryPlan, entryFolder, outputPlace } from './cache-entries.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { readArchive } from './read-archive.ts';

/** How asking for one entry came out. */
export interface LookedUpEntry {
  readonly plan: EntryPlan;
  readonly outcome: 'exact' | 'older' | 'none' | 'failed';
}

/** The Actions cache as a place for objects, for all pulls of a run. */
export interface CacheRestore extends Disposable {
  /** For the project whose root this is, relative to the workspace. */
  forRoot(root: string): NearbyObjects;
  /** The entries that were asked for so far. */
  lookedUp(): readonly LookedUpEntry[];
  /** Objects that were not what their entries called them. */
  readonly damagedObjects: ReadonlySet<string>;
}

export interface CacheRestoreOptions {
  readonly entries: readonly EntryPlan[];
  /** Loads the client, when it is needed. */
  readonly client: () => Promise<CacheClient>;
  /** An own folder for archives. */
  readonly temp: string;
  /** Seconds for everything that the service does. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
}

/** Older entries may hold more than what is pinned now; one that unpacks to far more than it should is no cache of ours. */
const spareBytes = 1024 ** 3;

interface Entry {
  readonly plan: EntryPlan;
  readonly path: string;
  outcome: LookedUpEntry['outcome'];
  /** Settles when the archive is there; `false` when there is none. */
  arrived: Promise<boolean>;
}

/**
 * Restores objects from the entries of the Actions cache that hold the outputs asked for. A service that fails or takes too long is warned of once
 * and not asked again: the remotes have everything.
 */
export function restoreEntries(options: CacheRestoreOptions): CacheRestore {
  const asked = new Map<string, Entry>();
  const damagedObjects = new Set<string>();
  let deadline: Deadline | undefined;
  let isBroken = false;

  const giveUp = (error: unknown): void => {
    options.signal.throwIfAborted();
    if (!isBroken) options.warn(`The Actions cache is not used any further: ${error instanceof Error ? error.message : String(error)}`);
    isBroken = true;
  };
  const fetchEntry = async (entry: Entry): Promise<boolean> => {
    deadline ??= startDeadline(options.timeout, options.signal);
    const time = deadline;
    try {
      const client = await time.within(options.client());
      if (isBroken) return false;
      const found: FoundEntry | undefined = await time.within(client.find(entry.plan));
      if (found === undefined) {
        entry.outcome = 'none';
        return false;
      }
      if (isBroken) return false;
      await time.within(client.download(found, entry.path));
      entry.outcome = found.key === entry.plan.key ? 'exact' : 'older';
      return true;
    } catch (error) {
      giveUp(error);
      return false;
    }
  };
  const ask = (plan: EntryPlan): Entry => {
    const known = asked.get(plan.shard);
    if (known !== undefined) return known;
    const entry: Entry = { plan, path: join(options.temp, `${plan.shard}.tzst`), outcome: 'failed', arrived: Promise.resolve(false) };
    entry.arrived = fetchEntry(entry);
    asked.set(plan.shard, entry);
    return entry;
  };

  /** An archive that is damaged ends where it is damaged. */
  const objectsIn = async function* (entry: Entry): AsyncGenerator<readonly NearbyObject[]> {
    const { plan, path } = entry;
    try {
      yield* readArchive(path, { folder: entryFolder(plan.shard), limit: 4 * plan.bytes + spareBytes });
    } catch (error) {
      options.signal.throwIfAborted();
      entry.outcome = 'failed';
      options.warn(`The entry ${plan.key} of the Actions cache cannot be used: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      // Its room is needed, and the time that it takes to go is spent beside other work. Another project may still want what holds more than one.
      if (plan.roots === 1) unlink(path, () => {});
    }
  };
  const objectsOf = async function* (wanted: ReadonlySet<string>): AsyncGenerator<readonly NearbyObject[]> {
    const plans = options.entries.filter((plan) => [...plan.places].some((place) => wanted.has(place)));
    const entries = isBroken ? [] : plans.map(ask);
    const readers: {
      readonly entry: Entry;
      readonly groups: AsyncGenerator<readonly NearbyObject[]>;
      readonly held: readonly NearbyObject[];
    }[] = [];
    /** What has no directories is read when it comes; directory objects of all entries are wanted first. */
    const later: Entry[] = [];
    try {
      for (const entry of entries) {
        if (!entry.plan.hasDirectories) {
          later.push(entry);
          continue;
        }
        if (!(await entry.arrived)) continue;
        const groups = objectsIn(entry);
        for await (const group of untilFiles(groups)) {
          if (group.directories.length > 0) yield group.directories;
          if (group.files.length > 0) readers.push({ entry, groups, held: group.files });
        }
      }
      for (const { groups, held } of readers) {
        yield held;
        yield* groups;
      }
      for (const entry of later) if (await entry.arrived) yield* objectsIn(entry);
    } finally {
      for (const { groups } of readers) await groups.return(undefined);
    }
  };
  return {
    damagedObjects,
    forRoot: (root) => ({
      objectsOf: (outputs) => objectsOf(new Set(outputs.map(({ output }) => outputPlace(root, output.path)))),
      damaged: (id) => void damagedObjects.add(id.value),
    }),
    lookedUp: () => [...asked.values()].map(({ plan, outcome }) => ({ plan, outcome })),
    [Symbol.dispose]() {
      rmSync(options.temp, { recursive: true, force: true });
    },
  };
}

interface Split {
  readonly directories: readonly NearbyObject[];
  readonly files: readonly NearbyObject[];
}

/** The groups of an archive up to the first that holds a file, without closing what they come from. */
async function* untilFiles(groups: AsyncGenerator<readonly NearbyObject[]>): AsyncGenerator<Split> {
  for (;;) {
    const { done, value } = await groups.next();
    if (done === true) return;
    const directories = value.filter(({ id }) => isDirectoryId(id));
    const files = value.filter(({ id }) => !isDirectoryId(id));
    yield { directories, files };
    if (files.length > 0) return;
  }
}
