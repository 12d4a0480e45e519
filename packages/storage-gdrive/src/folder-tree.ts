import { isStorageError, StorageError } from '@datapin/storage';

import type { DriveClient, DriveFile, FilePage, RootFolder } from './drive-client.ts';
import { childrenOf, folderType } from './drive-query.ts';
import type { NameFinder } from './name-finder.ts';

/** Drive does not know a folder any more that was found before: somebody removed it. What is known of folders is forgotten then. */
export class FolderGone extends StorageError {
  constructor(cause: unknown) {
    super('interrupted', 'a folder of the remote went away while it was used', { cause });
  }
}

/** A folder to write into. */
export interface WritableFolder {
  readonly id: string;
  /** Made by this storage: nobody else knows it, so nothing is in it that was not put there here. */
  readonly isNew: boolean;
}

/**
 * The folders of a remote by their paths, names from the remote's root on. Drive allows several folders of one name: they are one to whoever
 * reads, and the least id is the one that is written to, as in DVC. What is there is remembered; absence never is.
 */
export interface FolderTree {
  /** Ids of a folder, none when it is not there. One query brings all folders beside it. */
  find(names: readonly string[]): Promise<readonly string[]>;
  /** The folder, made with its parents where it is not there. At most one request for each that has to be made. */
  make(names: readonly string[]): Promise<WritableFolder>;
  /** Looks along the path for folders of the same names that came up meanwhile, as a rule in one query. Whether there are any. */
  refresh(names: readonly string[]): Promise<boolean>;
  /** A folder that a listing showed. */
  learn(names: readonly string[], id: string): void;
  /** Folders that are known to lie beside this one, itself included. */
  beside(names: readonly string[]): readonly (readonly string[])[];
  /** Drops what is known of a folder and all below it; of all folders for none. */
  forget(names: readonly string[]): void;
}

export interface FolderTreeParts {
  readonly client: Pick<DriveClient, 'createFolder'>;
  readonly root: () => Promise<RootFolder>;
  /** One page of a query. */
  readonly page: (query: string) => Promise<FilePage>;
  readonly finder: NameFinder;
  readonly signal: AbortSignal;
}

interface Known {
  readonly names: readonly string[];
  readonly ids: readonly string[];
  readonly isNew: boolean;
}

const pathOf = (names: readonly string[]): string => names.join('/');
const parentOf = (names: readonly string[]): readonly string[] => names.slice(0, -1);

export function createFolderTree({ client, root, page, finder, signal }: FolderTreeParts): FolderTree {
  const known = new Map<string, Known>();
  const children = new Map<string, Set<string>>();
  const listings = new Map<string, Promise<boolean>>();
  const making = new Map<string, Promise<WritableFolder>>();
  /** Folders whose making failed without a clear answer: they may be there. */
  const uncertain = new Set<string>();

  function learn(names: readonly string[], id: string, isNew = false): void {
    const path = pathOf(names);
    const before = known.get(path);
    if (before?.ids.includes(id) === true) return;
    const ids = [...(before?.ids ?? []), id].sort();
    known.set(path, { names, ids, isNew: before === undefined && isNew });
    const parent = pathOf(parentOf(names));
    children.set(parent, (children.get(parent) ?? new Set()).add(path));
  }

  async function rootIds(): Promise<readonly string[]> {
    return [(await root()).id];
  }

  async function find(names: readonly string[]): Promise<readonly string[]> {
    if (names.length === 0) return rootIds();
    const there = known.get(pathOf(names));
    if (there !== undefined) return there.ids;
    if (names.includes('')) return [];
    const parents = await find(parentOf(names));
    return parents.length === 0 ? [] : findIn(parents, names);
  }

  /** Asks for the folder: by a listing of all folders beside it the first time, by its name afterwards. */
  async function findIn(parents: readonly string[], names: readonly string[]): Promise<readonly string[]> {
    const parent = pathOf(parentOf(names));
    const path = pathOf(names);
    if (!listings.has(parent)) {
      const listing = listFolders(parents, parentOf(names));
      listings.set(parent, listing);
      listing.catch(() => listings.delete(parent));
      const isWhole = await listing;
      const there = known.get(path);
      if (there !== undefined) return there.ids;
      if (isWhole) return [];
    } else {
      await listings.get(parent);
      const there = known.get(path);
      if (there !== undefined) return there.ids;
    }
    return askFor(parents, names);
  }

  async function askFor(parents: readonly string[], names: readonly string[]): Promise<readonly string[]> {
    const files = await finder.find({ parents, name: names.at(-1) ?? '' });
    for (const file of files) if (file.mimeType === folderType) learn(names, file.id);
    return known.get(pathOf(names))?.ids ?? [];
  }

  async function refresh(names: readonly string[]): Promise<boolean> {
    if (names.includes('')) return false;
    const paths = names.map((_, index) => names.slice(0, index + 1));
    const counts = await Promise.all(
      paths.map(async (path) => {
        const before = known.get(pathOf(path))?.ids.length ?? 0;
        const parents = path.length === 1 ? await rootIds() : (known.get(pathOf(parentOf(path)))?.ids ?? []);
        const after = parents.length === 0 ? [] : await askFor(parents, path);
        return after.length - before;
      }),
    );
    if (!counts.some((more) => more > 0)) return false;
    // what came up may have folders of the names below it
    await refresh(names);
    return true;
  }

  async function listFolders(parents: readonly string[], names: readonly string[]): Promise<boolean> {
    const { files, next } = await page(childrenOf(parents, 'folders'));
    for (const { id, name } of files) {
      if (name !== '') learn([...names, name], id);
    }
    return next === undefined;
  }

  async function make(names: readonly string[]): Promise<WritableFolder> {
    const path = pathOf(names);
    const there = known.get(path);
    const [id] = there?.ids ?? (names.length === 0 ? await rootIds() : []);
    if (id !== undefined) return { id, isNew: there?.isNew ?? false };
    const running = making.get(path);
    if (running !== undefined) return running;
    const started = makeNew(names).finally(() => making.delete(path));
    making.set(path, started);
    return started;
  }

  async function makeNew(names: readonly string[]): Promise<WritableFolder> {
    const name = names.at(-1) ?? '';
    if (name === '') throw new StorageError('invalid-request', 'a key with an empty part has no place in Google Drive');
    const path = pathOf(names);
    const parent = await make(parentOf(names));
    if (!parent.isNew || uncertain.has(path)) {
      const [there] = await findIn(await find(parentOf(names)), names);
      if (there !== undefined) return { id: there, isNew: false };
    }
    const folder = await create(names, name, parent.id);
    learn(names, folder.id, true);
    uncertain.delete(path);
    return { id: folder.id, isNew: true };
  }

  async function create(names: readonly string[], name: string, parent: string): Promise<DriveFile> {
    try {
      return await client.createFolder({ name, parent }, signal);
    } catch (error) {
      uncertain.add(pathOf(names));
      if (isStorageError(error) && error.code === 'not-found' && names.length > 1) {
        forget(parentOf(names));
        throw new StorageError('interrupted', `the folder ${pathOf(parentOf(names))} went away while it was used`, { cause: error });
      }
      throw error;
    }
  }

  function forget(names: readonly string[]): void {
    const path = pathOf(names);
    if (names.length === 0) for (const all of [known, children, listings]) all.clear();
    for (const below of known.keys()) {
      if (below !== path && !below.startsWith(`${path}/`)) continue;
      known.delete(below);
      children.delete(below);
      listings.delete(below);
    }
    children.get(pathOf(parentOf(names)))?.delete(path);
  }

  return {
    find,
    make,
    refresh,
    learn,
    beside(names) {
      const paths = children.get(pathOf(parentOf(names))) ?? [];
      return [...paths].flatMap((path) => {
        const folder = known.get(path);
        return folder === undefined ? [] : [folder.names];
      });
    },
    forget,
  };
}
