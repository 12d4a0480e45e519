import type { Cache } from '../cache/cache.ts';
import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import { forEachBounded } from './bounded.ts';
import { concernsWholeRemote, endsCommand, type MissingObject, missingObject, toldAlike } from './missing-object.ts';
import { progressCounter } from './progress.ts';
import { queryRemote } from './query-remote.ts';
import type { Remote } from './remote.ts';
import { uploadObject } from './upload-object.ts';
import { distinct, objectName, remoteKeyOf, type WantedObject } from './wanted-object.ts';

/** A directory object with the files it lists. */
export interface DirectoryUpload {
  readonly directory: WantedObject;
  /** `undefined` when the directory object is not in the cache. */
  readonly files: Iterable<WantedObject> | undefined;
}

export interface UploadOutcome {
  readonly pushed: number;
  /** Bytes over the wire. */
  readonly bytes: number;
  /** Neither in the cache nor on the remote. */
  readonly missing: readonly MissingObject[];
  readonly failed: readonly MissingObject[];
}

/**
 * Uploads what the remote lacks. A directory object that is there stands for all of its files; one that is not goes up only after
 * every one of its files is there. An object of the wrong size on the remote is replaced.
 */
export async function uploadObjects(
  remote: Remote,
  cache: Cache,
  wanted: { readonly directories: readonly DirectoryUpload[]; readonly files: readonly WantedObject[] },
  context: OperationContext,
): Promise<UploadOutcome> {
  const absentOf = async (objects: readonly WantedObject[]): Promise<readonly WantedObject[]> => {
    const unique = distinct(objects);
    const there = await queryRemote(
      remote,
      unique.map((object) => object.id),
      context,
    );
    return unique.filter((object) => {
      const size = there.get(remoteKeyOf(object));
      if (size === undefined) return true;
      const local = cache.sizeOf(object.id);
      return local !== undefined && local !== size;
    });
  };

  const directoriesToDo = new Set((await absentOf(wanted.directories.map(({ directory }) => directory))).map(({ id }) => objectName(id)));
  const directories = wanted.directories.filter(({ directory }) => directoriesToDo.delete(objectName(directory.id)));
  const absent = await absentOf([...wanted.files, ...directories.flatMap(({ files }) => [...(files ?? [])])]);

  const unsent = new Map<string, MissingObject>();
  const counter = progressCounter('upload', context, remote.name);
  let verdict: unknown;
  const send = async (object: WantedObject): Promise<void> => {
    try {
      if (verdict !== undefined) throw verdict;
      await uploadObject(remote, cache, object, counter, context);
    } catch (error) {
      context.signal.throwIfAborted();
      if (endsCommand(error)) throw error;
      const failure = missingObject(object, remote.name, error);
      unsent.set(objectName(object.id), failure);
      // A store that may not be written to says so for the first object as for the last.
      if (concernsWholeRemote(error) || (failure.reason === 'denied' && counter.files === 0)) verdict ??= error;
    }
  };
  const sendAll = async (objects: readonly WantedObject[]): Promise<void> => {
    counter.expect(
      objects.length,
      objects.reduce((sum, object) => sum + (cache.sizeOf(object.id) ?? 0), 0),
    );
    await forEachBounded(objects, { limit: remote.jobs, signal: context.signal }, send);
  };

  await sendAll(absent);
  await sendAll(directories.filter(({ files }) => isComplete(files, unsent)).map(({ directory }) => directory));
  for (const { directory, files } of directories) {
    if (isComplete(files, unsent)) continue;
    const reason = incomplete(directory, files, unsent);
    const why = reason.code === 'transfer-incomplete' && verdict !== undefined ? verdict : reason;
    unsent.set(objectName(directory.id), missingObject(directory, remote.name, why));
  }
  const [missing, failed] = partition(toldAlike([...unsent.values()], verdict), ({ code }) => code === 'cache-missing');
  return { pushed: counter.files, bytes: counter.bytes, missing, failed };
}

function isComplete(files: Iterable<WantedObject> | undefined, unsent: ReadonlyMap<string, MissingObject>): boolean {
  if (files === undefined) return false;
  if (unsent.size === 0) return true;
  for (const { id } of files) if (unsent.has(objectName(id))) return false;
  return true;
}

/** A directory lacks what its files lack: when nothing but lost files is in the way, the remote is not to blame. */
function incomplete(
  directory: WantedObject,
  files: Iterable<WantedObject> | undefined,
  unsent: ReadonlyMap<string, MissingObject>,
): DatapinError {
  if (files === undefined)
    return new DatapinError('cache-missing', `'${directory.path}' (object ${directory.id.value}) is not in the cache`);
  const refused = [...files].some(({ id }) => (unsent.get(objectName(id))?.code ?? 'cache-missing') !== 'cache-missing');
  return refused
    ? new DatapinError('transfer-incomplete', `'${directory.path}' is not complete on the remote: files of it could not be stored`)
    : new DatapinError('cache-missing', `'${directory.path}' is not complete: files of it are neither in the cache nor on the remote`);
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
