import {
  type ByteStream,
  isStorageError,
  type ObjectInfo,
  type RemoteSpec,
  sharedAttempt,
  type Storage,
  StorageError,
  type StorageHost,
  untilAborted,
} from '@datapin/storage';

import { apiPlace } from './api-place.ts';
import { credentialsOf } from './credentials/credential-source.ts';
import { createDriveClient, type DriveFile, type FilePage, pageSize } from './drive-client.ts';
import { createDriveSession, type DriveSession } from './drive-session.ts';
import { createFolderTree, FolderGone } from './folder-tree.ts';
import { type GdriveAddress, gdriveAddress } from './gdrive-address.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { createIdPool } from './id-pool.ts';
import { chooseFile, createKnownFiles } from './known-files.ts';
import { listObjects, objectInfo } from './list-objects.ts';
import { createNameFinder } from './name-finder.ts';
import { createObjectFinder } from './object-finder.ts';
import { createObjectWriter } from './object-writer.ts';
import { networkOf } from './network-settings.ts';
import { createPacer, type Pacer } from './pacer.ts';
import { readObject } from './read-object.ts';
import { removeObjects } from './remove-objects.ts';

export type GdriveStorage = Required<Omit<Storage, 'sync' | 'pathOf'>>;

/** More at once makes Drive slow down rather than hurry. */
const maxConnections = 10;

/** Opens a remote in Google Drive. No request is made before the first call. `pacer` is for tests. */
export async function openGdriveStorage(remote: RemoteSpec, host: StorageHost, pacer: Pacer = createPacer()): Promise<GdriveStorage> {
  const address = gdriveAddress(remote.url);
  const place = apiPlace(host.env['DATAPIN_GDRIVE_ROOT_URL']);
  const http = createHttpClient(networkOf(host.env));
  const tokens = sharedAttempt(credentialsOf(remote, host, http));
  const session = createDriveSession({ http, place, pacer, tokens });
  return createGdriveStorage({
    address,
    http,
    session,
    trashOnly: remote.options['gdrive_trash_only'] === true,
    acknowledgeAbuse: remote.options['gdrive_acknowledge_abuse'] === true,
  });
}

export interface GdriveStorageParts {
  readonly address: GdriveAddress;
  readonly http: HttpClient;
  readonly session: DriveSession;
  readonly trashOnly: boolean;
  readonly acknowledgeAbuse: boolean;
}

/** The storage over a session. */
export function createGdriveStorage({ address, http, session, trashOnly, acknowledgeAbuse }: GdriveStorageParts): GdriveStorage {
  const closing = new AbortController();
  const client = createDriveClient(session, address.space);
  const root = sharedAttempt(async () =>
    client.root(address.rootId, closing.signal).catch((error: unknown) => Promise.reject(rootError(address.rootId, error))),
  );

  /** One page of a query. That Drive does not know a folder any more says that somebody removed it, and nothing of what was asked for. */
  const pageFor = async (query: string, token: string | undefined, signal: AbortSignal): Promise<FilePage> => {
    const { driveId } = await untilAborted(root(), signal);
    try {
      return await client.list({ query, driveId, page: token }, signal);
    } catch (error) {
      if (!isStorageError(error) || error.code !== 'not-found') throw error;
      folders.forget([]);
      throw new FolderGone(error);
    }
  };
  const page = async (query: string, token?: string): Promise<FilePage> => pageFor(query, token, closing.signal);
  const nameFinder = createNameFinder(async (query) => {
    const files: DriveFile[] = [];
    let token: string | undefined;
    do {
      const next = await page(query, token);
      files.push(...next.files);
      token = next.next;
    } while (token !== undefined);
    return files;
  });
  const known = createKnownFiles();
  const folders = createFolderTree({ client, root, page, finder: nameFinder, signal: closing.signal });
  const finder = createObjectFinder({ base: address.base, folders, finder: nameFinder, known, page });
  const writer = createObjectWriter({ session, client, folders, finder, known, ids: createIdPool(client, closing.signal) });
  const underWay = new Set<Promise<unknown>>();

  /** Ends with the caller's signal or with the storage's end, whichever comes first. */
  function either(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
  }

  async function statFile(key: string, signal: AbortSignal): Promise<DriveFile> {
    const remembered = known.get(key);
    const chosen = remembered === undefined ? undefined : chooseFile(key, remembered);
    if (chosen !== undefined) {
      const fresh = await getOrNothing(chosen.id, signal);
      if (fresh !== undefined) return fresh;
      known.forget(key);
    }
    const file = chooseFile(key, await finder.ask(key));
    if (file === undefined) throw notFound(key);
    return file;
  }

  async function getOrNothing(id: string, signal: AbortSignal): Promise<DriveFile | undefined> {
    try {
      const file = await client.get(id, signal);
      return file.trashed ? undefined : file;
    } catch (error) {
      if (isStorageError(error) && error.code === 'not-found') return undefined;
      throw error;
    }
  }

  async function find(key: string): Promise<DriveFile> {
    const file = chooseFile(key, await finder.find(key));
    if (file === undefined) throw notFound(key);
    return file;
  }

  return {
    traits: { rangeReads: true, atomicWrites: true, versions: false, maxConnections, listPageSize: pageSize },

    async stat(key, { signal } = {}): Promise<ObjectInfo> {
      signal?.throwIfAborted();
      const both = either(signal);
      return objectInfo(key, await untilAborted(statFile(key, both), both));
    },

    async read(key, { range, signal } = {}): Promise<ByteStream> {
      signal?.throwIfAborted();
      const both = either(signal);
      const open = async (id: string): Promise<ByteStream> => readObject(session, { key, id, range, acknowledgeAbuse, signal: both });
      const file = await untilAborted(find(key), both);
      try {
        return await open(file.id);
      } catch (error) {
        if (!isStorageError(error) || error.code !== 'not-found') throw error;
        // what was remembered is gone; another of the name may be there
        known.removed(key, file.id);
        const other = await untilAborted(find(key), both);
        return open(other.id);
      }
    },

    async write(key, source, { md5, signal } = {}): Promise<void> {
      signal?.throwIfAborted();
      const both = either(signal);
      const writing = writer.write(key, source, { md5, signal: both });
      // a write that was given up still has to clean up after itself
      const settled = writing.catch(() => undefined).finally(() => underWay.delete(settled));
      underWay.add(settled);
      await untilAborted(writing, both);
    },

    async remove(keys, { signal } = {}): Promise<void> {
      signal?.throwIfAborted();
      const both = either(signal);
      await untilAborted(removeObjects(keys, { client, finder, known, trashOnly, atOnce: maxConnections, signal: both }), both);
    },

    async *list(prefix, { signal } = {}): AsyncGenerator<readonly ObjectInfo[], void, undefined> {
      const both = either(signal);
      both.throwIfAborted();
      const pageOf = async (query: string, token?: string): Promise<FilePage> => pageFor(query, token, both);
      let full: ObjectInfo[] = [];
      const get = (id: string): Promise<DriveFile> => client.get(id, both);
      for await (const object of listObjects(prefix, { base: address.base, folders, known, page: pageOf, get, signal: both })) {
        full.push(object);
        if (full.length < pageSize) continue;
        yield full;
        both.throwIfAborted();
        full = [];
      }
      if (full.length > 0) yield full;
      both.throwIfAborted();
    },

    async [Symbol.asyncDispose](): Promise<void> {
      if (!closing.signal.aborted) closing.abort(new StorageError('interrupted', 'the storage was closed'));
      await Promise.all(underWay);
      await writer[Symbol.asyncDispose]();
      await http[Symbol.asyncDispose]();
    },
  };
}

function notFound(key: string): StorageError {
  return new StorageError('not-found', `Google Drive has no object ${key} there`);
}

/** The remote's own folder being out of reach is no missing object. */
function rootError(rootId: string, error: unknown): unknown {
  if (!isStorageError(error) || error.code !== 'not-found') return error;
  return new StorageError('invalid-request', `Google Drive has no folder ${rootId}, or the account may not see it`, {
    cause: error,
    status: 404,
    hint: 'Share the folder with the account: for a service account with its address, client_email in its key file.',
  });
}
