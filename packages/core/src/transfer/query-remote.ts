import type { ObjectInfo } from '@datapin/storage';

import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import { isDirectoryId, type ObjectId, objectKey } from '../hashing/object-id.ts';
import { forEachBounded } from './bounded.ts';
import { fewObjects, planQuery } from './plan-query.ts';
import type { Remote } from './remote.ts';

/** Pages of the whole store that are read in the hope that they are all of it. */
const pagesOfSmallStore = 3;

/** Objects found on a remote: key → size in bytes. */
export type RemoteObjects = ReadonlyMap<string, number>;

/**
 * Which of the objects the remote has. Directory objects are always asked for one by one; files are asked for or listed, whichever needs
 * fewer calls. "Absent" is only concluded from a not-found or a listing; any other failure rejects.
 */
export async function queryRemote(remote: Remote, ids: readonly ObjectId[], context: OperationContext): Promise<RemoteObjects> {
  const found = new Map<string, number>();
  if (ids.length === 0) return found;
  const keys = new Set(ids.map(objectKey));
  let asked = 0;
  const report = (): void =>
    context.report({ type: 'progress', work: 'query', remote: remote.name, files: asked, bytes: 0, totalFiles: keys.size });
  const done = (count: number): void => {
    asked += count;
    report();
  };
  report();

  const directories = ids.filter(isDirectoryId).map(objectKey);
  const files = ids.filter((id) => !isDirectoryId(id)).map(objectKey);
  const listed =
    remote.storage.list === undefined || remote.storage.pathOf !== undefined ? undefined : await listFiles(remote, files, found, context);
  if (listed !== undefined && listed.size > 0) done(listed.size);
  const rest = listed === undefined ? files : files.filter((key) => !listed.has(key));
  await forEachBounded([...directories, ...rest], { limit: remote.jobs, signal: context.signal }, async (key) => {
    const info = await statOrAbsent(remote, key);
    if (info !== undefined) found.set(key, info.size);
    done(1);
  });
  return found;
}

async function statOrAbsent(remote: Remote, key: string): Promise<ObjectInfo | undefined> {
  try {
    return await remote.attempt({ object: key }, () => remote.storage.stat(key));
  } catch (error) {
    if (error instanceof DatapinError && error.code === 'object-missing') return undefined;
    throw error;
  }
}

/** Answers for as many keys as listing is worth it; returns those that are settled. */
async function listFiles(
  remote: Remote,
  keys: readonly string[],
  found: Map<string, number>,
  context: OperationContext,
): Promise<ReadonlySet<string>> {
  const wanted = new Set(keys);
  if (wanted.size <= fewObjects) return new Set();
  if (await listSmallStore(remote, wanted, found, context)) return wanted;

  const prefixes = Map.groupBy(wanted, (key) => key.slice(0, key.lastIndexOf('/') + 1));
  const [sample] = prefixes.keys();
  if (sample === undefined) return new Set();
  const objectsPerPrefix = await listPrefix(remote, sample, wanted, found, context);
  const plan = planQuery({ objects: wanted.size, prefixes: prefixes.size, objectsPerPrefix, pageSize: remote.storage.traits.listPageSize });
  if (plan === 'ask-each') return new Set(prefixes.get(sample));
  const others = [...prefixes.keys()].filter((prefix) => prefix !== sample);
  await forEachBounded(others, { limit: remote.jobs, signal: context.signal }, async (prefix) => {
    await listPrefix(remote, prefix, wanted, found, context);
  });
  return wanted;
}

/** A store of a few pages is read whole, which settles everything in a few calls. Says whether it was that small. */
async function listSmallStore(
  remote: Remote,
  wanted: ReadonlySet<string>,
  found: Map<string, number>,
  context: OperationContext,
): Promise<boolean> {
  const roots = new Set([...wanted].map((key) => (key.startsWith('files/md5/') ? 'files/md5/' : '')));
  for (const root of roots) {
    if (root === '') return false;
    const whole = await remote.attempt({ object: root }, async () => {
      let pages = 0;
      for await (const page of remote.storage.list?.(root, { signal: context.signal }) ?? []) {
        pages += 1;
        if (pages > pagesOfSmallStore) return false;
        for (const { key, size } of page) if (wanted.has(key)) found.set(key, size);
      }
      return true;
    });
    if (!whole) return false;
  }
  return true;
}

/** Lists one prefix; returns how many objects it holds. */
async function listPrefix(
  remote: Remote,
  prefix: string,
  wanted: ReadonlySet<string>,
  found: Map<string, number>,
  context: OperationContext,
): Promise<number> {
  return remote.attempt({ object: prefix }, async () => {
    let count = 0;
    for await (const page of remote.storage.list?.(prefix, { signal: context.signal }) ?? []) {
      for (const { key, size } of page) {
        count += 1;
        if (wanted.has(key)) found.set(key, size);
      }
    }
    return count;
  });
}
