import type { Cache } from '../cache/cache.ts';
import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import { isDirectoryId, type ObjectId } from '../hashing/object-id.ts';
import { createPacer } from '../pacing.ts';
import type { SelectedOutput } from '../project/target.ts';
import { progressCounter } from './progress.ts';
import { objectName } from './wanted-object.ts';

/** An object that somebody near has. */
export interface NearbyObject {
  readonly id: ObjectId;
  readonly size: number;
  /**
   * All bytes, or for a large object a stream of them, which must be read before the next object is asked for. A piece of a stream is valid until the
   * next one is asked for.
   */
  readonly bytes: Uint8Array | AsyncIterable<Uint8Array>;
}

/**
 * A place that may have objects and costs less than a remote: the cache of a build service. It is believed no more than a remote: what it gives is
 * hashed before it gets a name, and what is damaged counts as not given.
 */
export interface NearbyObjects {
  /**
   * What it has for outputs, in groups; directory objects before the files that they list, because only listed files are wanted. Asked at most once
   * per command, and not at all when the cache has everything. Gives nothing where it fails; rejects only when cancelled.
   */
  objectsOf(outputs: readonly SelectedOutput[]): AsyncIterable<readonly NearbyObject[]>;
  /** Told that bytes did not match the name that they were given. */
  damaged(id: ObjectId): void;
}

/** Takes from nearby what a command wants, step by step. */
export interface NearbyFeed {
  /** Takes objects whose names are `wanted` until those of `until` are here or nothing more comes. What else is offered meanwhile is let go. */
  take(
    wanted: ReadonlySet<string>,
    options?: { readonly until?: ReadonlySet<string>; readonly arrived?: ((id: ObjectId) => Promise<void> | undefined) | undefined },
  ): Promise<void>;
  /** Takes directory objects whose names are `wanted`, as long as directory objects come. The files behind them are left for {@link NearbyFeed.take}. */
  takeDirectories(wanted: ReadonlySet<string>): Promise<void>;
  /** Names of all objects that came, with their sizes. */
  readonly taken: ReadonlyMap<string, number>;
  /** Ends it; what was not asked for is never read. */
  end(): Promise<void>;
}

/** Opens nearby for a command. Nothing is asked before the first {@link NearbyFeed.take} that wants something. */
export function nearbyFeed(
  nearby: NearbyObjects,
  outputs: readonly SelectedOutput[],
  { cache, context }: { readonly cache: Cache; readonly context: OperationContext },
): NearbyFeed {
  let groups: AsyncIterator<readonly NearbyObject[]> | undefined;
  let ended = false;
  const taken = new Map<string, number>();
  const counter = progressCounter('restore', context);
  const pacer = createPacer(context.signal);

  /** Whether what a step threw only means that the object is not to be had here. */
  const isLost = (error: unknown, id: ObjectId): boolean => {
    if (error instanceof BrokenOff) {
      context.signal.throwIfAborted();
      return true;
    }
    if (!(error instanceof DatapinError) || error.code !== 'object-corrupt') return false;
    nearby.damaged(id);
    return true;
  };
  const count = ({ id, size }: NearbyObject): true => {
    taken.set(objectName(id), size);
    counter.moved(size);
    counter.done();
    return true;
  };
  const keepStream = async (object: NearbyObject, bytes: AsyncIterable<Uint8Array>): Promise<boolean> => {
    try {
      await receive(cache, object.id, object.size, bytes);
      return count(object);
    } catch (error) {
      if (isLost(error, object.id)) return false;
      throw error;
    }
  };
  /** Small objects are kept without waiting: there may be very many. */
  const keep = (object: NearbyObject): boolean | Promise<boolean> => {
    const { id, bytes } = object;
    if (!(bytes instanceof Uint8Array)) return keepStream(object, bytes);
    try {
      cache.publishBytes(id, bytes);
      return count(object);
    } catch (error) {
      if (isLost(error, id)) return false;
      throw error;
    }
  };
  /** What has been offered and not been looked at. */
  let held: readonly NearbyObject[] = [];
  const nextGroup = async (): Promise<readonly NearbyObject[] | undefined> => {
    if (held.length > 0) return held;
    if (ended) return undefined;
    groups ??= nearby.objectsOf(outputs)[Symbol.asyncIterator]();
    const { done, value } = await groups.next();
    if (done !== true) return value;
    ended = true;
    return undefined;
  };
  return {
    taken,
    async take(wanted, { until = wanted, arrived } = {}) {
      let left = 0;
      for (const name of until) if (!taken.has(name)) left += 1;
      counter.expect(left, 0);
      while (left > 0) {
        const group = await nextGroup();
        if (group === undefined) return;
        held = [];
        for (const object of group) {
          const name = objectName(object.id);
          if (!wanted.has(name) || taken.has(name)) continue;
          const kept = keep(object);
          if (kept !== true && !(await kept)) continue;
          if (until.has(name)) left -= 1;
          const wait = arrived?.(object.id);
          if (wait !== undefined) await wait;
          if (pacer.due()) await pacer.rest();
        }
      }
    },
    async takeDirectories(wanted) {
      let left = wanted.size;
      counter.expect(left, 0);
      while (left > 0) {
        const group = await nextGroup();
        if (group === undefined) return;
        const files = group.findIndex(({ id }) => !isDirectoryId(id));
        held = files === -1 ? [] : group.slice(files);
        for (const object of files === -1 ? group : group.slice(0, files)) {
          if (wanted.has(objectName(object.id)) && (await keep(object))) left -= 1;
        }
        if (held.length > 0) return;
      }
    },
    async end() {
      ended = true;
      held = [];
      await groups?.return?.();
    },
  };
}

async function receive(cache: Cache, id: ObjectId, size: number, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const incoming = await cache.receive(id, { size });
  try {
    for await (const chunk of whileItLasts(chunks)) await incoming.write(chunk);
    await incoming.publish();
  } finally {
    await incoming.discard();
  }
}

/** An object that nearby began to give and could not finish. It will say why by itself. */
class BrokenOff extends Error {}

/** Tells a failure of the giver from one of the receiver. */
async function* whileItLasts(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (cause) {
    throw new BrokenOff('an object nearby broke off', { cause });
  }
}
