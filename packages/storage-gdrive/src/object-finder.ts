import type { DriveFile, FilePage } from './drive-client.ts';
import { childrenOf, folderType } from './drive-query.ts';
import { FolderGone, type FolderTree } from './folder-tree.ts';
import { type KnownFiles, md5InKey } from './known-files.ts';
import type { NameFinder } from './name-finder.ts';

/** Where an object lies: its folder and its name there. */
export interface ObjectPlace {
  readonly folder: readonly string[];
  readonly name: string;
}

/** Finds the files behind keys. */
export interface ObjectFinder {
  place(key: string): ObjectPlace;
  /** Everything of the key's name, folders too. Answers from memory where it can; nothing found is always asked of Drive. */
  find(key: string): Promise<readonly DriveFile[]>;
  /** The same, asked of Drive in any case. `quick`: not in folders that another program may have made beside those that are known. */
  ask(key: string, quick?: 'quick'): Promise<readonly DriveFile[]>;
}

export interface ObjectFinderParts {
  /** Folders that lead to the remote's own. */
  readonly base: readonly string[];
  readonly folders: FolderTree;
  readonly finder: NameFinder;
  readonly known: KnownFiles;
  /** One page of a query. */
  readonly page: (query: string) => Promise<FilePage>;
}

/** So many look-ups by name make one page of a listing worth its while. */
const lookUpsPerListing = 16;
/** Folders in one query: what rclone found to work. */
export const foldersAtOnce = 50;

/**
 * Names are looked up one query for several; where many objects are looked for, whole folders are listed ahead, several in one query, as long
 * as they fit a page: 1,000 objects cost tens of queries, not a thousand, and a few objects of a huge store cost no listing of it.
 */
export function createObjectFinder({ base, folders, finder, known, page }: ObjectFinderParts): ObjectFinder {
  const listed = new Set<string>();
  const listings = new Map<string, Promise<void>>();
  let lookUps = 0;
  let atOnce = foldersAtOnce;

  function place(key: string): ObjectPlace {
    const names = [...base, ...key.split('/')];
    return { folder: names.slice(0, -1), name: names.at(-1) ?? '' };
  }

  async function ask(key: string, quick?: 'quick'): Promise<readonly DriveFile[]> {
    try {
      return await askOnce(key, quick);
    } catch (error) {
      if (!(error instanceof FolderGone)) throw error;
    }
    // its folder went away; another one may be in its place
    return askOnce(key, quick).catch((error: unknown) => (error instanceof FolderGone ? [] : Promise.reject(error)));
  }

  async function askOnce(key: string, quick: 'quick' | undefined): Promise<readonly DriveFile[]> {
    const { folder, name } = place(key);
    if (name === '') return [];
    const files = await askIn(await folders.find(folder), name);
    const found =
      files.length > 0 || quick === 'quick' || !(await folders.refresh(folder)) ? files : await askIn(await folders.find(folder), name);
    if (found.length > 0) known.learn(key, found);
    return found;
  }

  async function askIn(parents: readonly string[], name: string): Promise<readonly DriveFile[]> {
    if (parents.length === 0) return [];
    return (await finder.find({ parents, name })).filter(({ id }) => !known.isRemoved(id));
  }

  async function find(key: string): Promise<readonly DriveFile[]> {
    const there = known.get(key);
    if (there !== undefined && there.some((file) => isPromised(key, file))) return there;
    const { folder, name } = place(key);
    if (name !== '') await listAhead(folder).catch((error: unknown) => (error instanceof FolderGone ? undefined : Promise.reject(error)));
    const listedNow = known.get(key);
    return listedNow !== undefined && listedNow.some((file) => isPromised(key, file)) ? listedNow : ask(key);
  }

  /** Lists the folder, and others beside it, when it is time for that or when it is being listed already. */
  async function listAhead(folder: readonly string[]): Promise<void> {
    if ((await folders.find(folder)).length === 0) return;
    const path = folder.join('/');
    const running = listings.get(path);
    if (running !== undefined) return running;
    lookUps += 1;
    if (listed.has(path) || lookUps < lookUpsPerListing || atOnce === 0) return;
    lookUps = 0;
    const others = folders.beside(folder).filter((names) => names.join('/') !== path);
    const unlisted = others.filter((names) => !listed.has(names.join('/')) && !listings.has(names.join('/')));
    const group = [folder, ...unlisted.slice(0, atOnce - 1)];
    const listing = list(group).finally(() => group.forEach((names) => listings.delete(names.join('/'))));
    for (const names of group) listings.set(names.join('/'), listing);
    return listing;
  }

  async function list(group: readonly (readonly string[])[]): Promise<void> {
    const names = new Map<string, readonly string[]>();
    for (const folder of group) for (const id of await folders.find(folder)) names.set(id, folder);
    const { files, next } = await page(childrenOf([...names.keys()]));
    const byKey = Map.groupBy(
      files.filter(({ id, mimeType }) => mimeType !== folderType && !known.isRemoved(id)),
      ({ name, parents }) => [...(names.get(parents.find((id) => names.has(id)) ?? '') ?? []).slice(base.length), name].join('/'),
    );
    for (const [key, twins] of byKey) known.learn(key, twins);
    if (next === undefined) for (const folder of group) listed.add(folder.join('/'));
    else atOnce = Math.floor(atOnce / 2);
  }

  return { place, find, ask };
}

/** What is remembered of a key answers for it unless the key promises other bytes: then a twin may have them. */
function isPromised(key: string, { md5, mimeType }: DriveFile): boolean {
  const promised = md5InKey(key);
  return mimeType !== folderType && (promised === undefined || md5 === promised);
}
