import { createReadStream, mkdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

import { isDirectoryId, type NearbyObject, type NearbyObjects } from '@datapin/core';

import type { CacheClient, FoundEntry } from './cache-client.ts';
import { type EntryPlan, entryFolder, outputPlace } from './cache-entries.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import type { ArchiveDownload } from './download-archive.ts';
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
  /** An own folder, for archives that more than one project reads. */
  readonly temp: string;
  /** Seconds that are waited for the service, beside those that its bytes may take. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
}

/** Older entries may hold more than what is pinned now; one that unpacks to far more than it should is no cache of ours. */
const spareBytes = 1024 ** 3;

/** Bytes a second at which a download still counts as going on. */
const slowest = 4 * 1024 ** 2;

/** The bytes of an archive, from the start. */
type OpenArchive = () => AsyncIterable<Uint8Array>;

interface Entry {
  readonly plan: EntryPlan;
  outcome: LookedUpEntry['outcome'];
  /** Settles when the archive begins to come; `undefined` when there is none. */
  arrived: Promise<OpenArchive | undefined>;
}

/** What the service did not do; the user has been told. */
class GivenUp extends Error {}

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
  /** What comes of a download, as long as the service keeps its time. */
  const coming = async function* (download: ArchiveDownload, time: Deadline): AsyncGenerator<Uint8Array> {
    using _ = download;
    const pieces = download.pieces[Symbol.asyncIterator]();
    for (;;) {
      const next = await time.within(pieces.next()).catch((error: unknown) => {
        giveUp(error);
        throw new GivenUp();
      });
      if (next.done === true) return;
      time.extend(next.value.length / slowest);
      yield next.value;
    }
  };
  const fetchEntry = async (entry: Entry): Promise<OpenArchive | undefined> => {
    deadline ??= startDeadline(options.timeout, options.signal);
    const time = deadline;
    try {
      const client = await time.within(options.client());
      if (isBroken) return undefined;
      const found: FoundEntry | undefined = await time.within(client.find(entry.plan));
      if (found === undefined) {
        entry.outcome = 'none';
        return undefined;
      }
      if (isBroken) return undefined;
      const pieces = coming(await time.within(client.download(found)), time);
      const open = entry.plan.roots === 1 ? (): AsyncIterable<Uint8Array> => pieces : await keep(pieces, options.temp, entry.plan.shard);
      entry.outcome = found.key === entry.plan.key ? 'exact' : 'older';
      return open;
    } catch (error) {
      if (!(error instanceof GivenUp)) giveUp(error);
      return undefined;
    }
  };
  const ask = (plan: EntryPlan): Entry => {
    const known = asked.get(plan.shard);
    if (known !== undefined) return known;
    const entry: Entry = { plan, outcome: 'failed', arrived: Promise.resolve(undefined) };
    entry.arrived = fetchEntry(entry);
    asked.set(plan.shard, entry);
    return entry;
  };

  /** An archive that is damaged ends where it is damaged, and one that does not come where it stops. */
  const objectsIn = async function* (entry: Entry, open: OpenArchive): AsyncGenerator<readonly NearbyObject[]> {
    const { plan } = entry;
    try {
      yield* readArchive(open(), { folder: entryFolder(plan.shard), limit: 4 * plan.bytes + spareBytes });
    } catch (error) {
      options.signal.throwIfAborted();
      entry.outcome = 'failed';
      if (error instanceof GivenUp) return;
      options.warn(`The entry ${plan.key} of the Actions cache cannot be used: ${error instanceof Error ? error.message : String(error)}`);
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
        const open = await entry.arrived;
        if (open === undefined) continue;
        const groups = objectsIn(entry, open);
        for await (const group of untilFiles(groups)) {
          if (group.directories.length > 0) yield group.directories;
          if (group.files.length > 0) readers.push({ entry, groups, held: group.files });
        }
      }
      for (const { groups, held } of readers) {
        yield held;
        yield* groups;
      }
      for (const entry of later) {
        const open = await entry.arrived;
        if (open !== undefined) yield* objectsIn(entry, open);
      }
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

/** Writes an archive to the disk, for as many readers as come. */
async function keep(pieces: AsyncIterable<Uint8Array>, folder: string, name: string): Promise<OpenArchive> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.tzst`);
  const file = await open(path, 'w');
  try {
    for await (const piece of pieces) await file.writeFile(piece);
  } finally {
    await file.close();
  }
  return () => createReadStream(path, { highWaterMark: 1024 * 1024 });
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
