import { isStorageError, type ObjectInfo, untilAborted } from '@datapin/storage';

import type { DriveFile, FilePage } from './drive-client.ts';
import { childrenOf, folderType } from './drive-query.ts';
import type { FolderTree } from './folder-tree.ts';
import { chooseFile, type KnownFiles } from './known-files.ts';
import { foldersAtOnce } from './object-finder.ts';

export interface ListingParts {
  readonly base: readonly string[];
  readonly folders: FolderTree;
  readonly known: KnownFiles;
  /** One page of a query. */
  readonly page: (query: string, token?: string) => Promise<FilePage>;
  readonly get: (id: string) => Promise<DriveFile>;
  readonly signal: AbortSignal;
}

interface Folder {
  readonly id: string;
  readonly names: readonly string[];
}

/** Twins can come on different pages; so many files are held to choose among them. */
const heldAtOnce = 10_000;

/** What an object's key and file tell. Documents of Google's own have neither bytes nor a place in a listing. */
export function objectInfo(key: string, { size = 0, md5, id }: DriveFile): ObjectInfo {
  return { key, size, etag: md5 ?? id };
}

/**
 * All objects whose key starts with the prefix, each once, folder by folder and several folders in one query. Drive's listings lag: what was
 * written here and is not shown is asked for by its id; what was removed here is left out.
 */
export async function* listObjects(prefix: string, parts: ListingParts): AsyncGenerator<ObjectInfo, void, undefined> {
  const { base, folders, known, get, signal } = parts;
  const slash = prefix.lastIndexOf('/');
  const top = slash === -1 ? base : [...base, ...prefix.slice(0, slash).split('/')];
  const unseen = new Map(known.written(prefix));
  await untilAborted(folders.refresh(top), signal);
  let level = (await untilAborted(folders.find(top), signal)).map((id): Folder => ({ id, names: top }));
  while (level.length > 0) {
    const below: Folder[] = [];
    for (const group of groupsOf(level)) {
      for await (const [key, twins] of listGroup(group, { ...parts, prefix, below })) {
        const file = chooseStored(key, twins);
        if (file === undefined) continue;
        unseen.delete(key);
        yield objectInfo(key, file);
      }
    }
    level = below;
  }
  for (const [key, written] of unseen) {
    const file = await getOrNothing(get, written.id);
    if (file === undefined) known.forget(key);
    else yield objectInfo(key, file);
  }
}

/** Folders of one name stay together, so that their twins meet. */
function* groupsOf(level: readonly Folder[]): Generator<readonly Folder[], void, undefined> {
  let group: Folder[] = [];
  for (const together of Map.groupBy(level, ({ names }) => names.join('/')).values()) {
    if (group.length > 0 && group.length + together.length > foldersAtOnce) {
      yield group;
      group = [];
    }
    group.push(...together);
  }
  if (group.length > 0) yield group;
}

type GroupParts = ListingParts & { readonly prefix: string; readonly below: Folder[] };

async function* listGroup(
  group: readonly Folder[],
  parts: GroupParts,
): AsyncGenerator<readonly [key: string, files: readonly DriveFile[]], void, undefined> {
  const { base, folders, known, page, prefix, below } = parts;
  const byId = new Map(group.map((folder) => [folder.id, folder]));
  const query = childrenOf([...byId.keys()]);
  const yielded = new Set<string>();
  let held = new Map<string, DriveFile[]>();
  let count = 0;
  let token: string | undefined;
  let total = 0;
  do {
    const { files, next } = await page(query, token);
    for (const file of files) {
      const folder = byId.get(file.parents.find((id) => byId.has(id)) ?? '');
      if (folder === undefined || known.isRemoved(file.id)) continue;
      total += 1;
      const names = [...folder.names, file.name];
      const key = names.slice(base.length).join('/');
      if (file.mimeType === folderType) {
        if (file.name === '' || file.name.includes('/')) continue;
        folders.learn(names, file.id);
        if (`${key}/`.startsWith(prefix)) below.push({ id: file.id, names });
      } else if (key.startsWith(prefix) && !file.name.includes('/')) {
        held.set(key, [...(held.get(key) ?? []), file]);
        count += 1;
      }
    }
    token = next;
    if (count < heldAtOnce && token !== undefined) continue;
    for (const [key, twins] of held) {
      if (yielded.has(key)) continue;
      yielded.add(key);
      known.learn(key, twins);
      yield [key, twins];
    }
    held = new Map();
    count = 0;
  } while (token !== undefined);
  // Drive has been seen to answer with nothing at all where several folders were asked for (rclone met it, too)
  if (total === 0 && group.length > 1) for (const folder of group) yield* listGroup([folder], parts);
}

function chooseStored(key: string, twins: readonly DriveFile[]): DriveFile | undefined {
  return chooseFile(
    key,
    twins.filter(({ size }) => size !== undefined),
  );
}

async function getOrNothing(get: ListingParts['get'], id: string): Promise<DriveFile | undefined> {
  try {
    const file = await get(id);
    return file.trashed ? undefined : file;
  } catch (error) {
    if (isStorageError(error) && error.code === 'not-found') return undefined;
    throw error;
  }
}
