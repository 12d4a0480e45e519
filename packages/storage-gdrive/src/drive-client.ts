import { sharedAttempt, StorageError } from '@datapin/storage';
import type { drive_v3 } from '@googleapis/drive';

import { folderType } from './drive-query.ts';
import type { DriveSession } from './drive-session.ts';
import { libraryFetch, storageErrorIn } from './library-fetch.ts';

/** What is asked of every file. */
export const fileFields = 'id,name,mimeType,size,md5Checksum,parents,createdTime,trashed';

/** A file or folder of Drive. */
export interface DriveFile {
  readonly id: string;
  readonly name: string;
  readonly mimeType: string;
  /** In bytes; absent for folders and for documents that only Google's own programs can open. */
  readonly size: number | undefined;
  readonly md5: string | undefined;
  readonly parents: readonly string[];
  /** RFC 3339, UTC; sorts as text. */
  readonly createdTime: string;
  readonly trashed: boolean;
}

export interface FilePage {
  readonly files: readonly DriveFile[];
  readonly next: string | undefined;
}

/** The folder that a remote's address names. */
export interface RootFolder {
  readonly id: string;
  /** The shared drive that it is in. */
  readonly driveId: string | undefined;
}

type Signal = AbortSignal | undefined;

/** Drive's calls that are about files rather than their bytes. All reject as {@link DriveSession.send} does. */
export interface DriveClient {
  root(rootId: string, signal: Signal): Promise<RootFolder>;
  list(
    request: { readonly query: string; readonly driveId: string | undefined; readonly page?: string | undefined },
    signal: Signal,
  ): Promise<FilePage>;
  get(id: string, signal: Signal): Promise<DriveFile>;
  /** Ids for files that are yet to be made: a create that is repeated with its id makes no second file. */
  newIds(count: number, signal: Signal): Promise<readonly string[]>;
  createFolder(folder: { readonly name: string; readonly parent: string }, signal: Signal): Promise<DriveFile>;
  trash(id: string, signal: Signal): Promise<void>;
  remove(id: string, signal: Signal): Promise<void>;
}

/** Drive's largest page. */
export const pageSize = 1000;

/** The calls, made by Google's client with everything ambient turned off: transport, retries, `process.env`. */
export function createDriveClient(session: DriveSession, space: 'drive' | 'appDataFolder'): DriveClient {
  const open = sharedAttempt(async () => {
    const { drive_v3: drive } = await import('@googleapis/drive/build/v3.js');
    const fetchImplementation = libraryFetch((request) => session.send(request));
    return new drive.Drive({ fetchImplementation, retry: false, responseType: 'json', universeDomain: 'googleapis.com' });
  });
  const allDrives = { supportsAllDrives: true } as const;

  async function call<T>(
    signal: Signal,
    work: (drive: drive_v3.Drive, options: { signal?: AbortSignal }) => Promise<{ data: T }>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const drive = await open();
    try {
      const { data } = await work(drive, signal === undefined ? {} : { signal });
      return data;
    } catch (error) {
      signal?.throwIfAborted();
      throw (
        storageErrorIn(error) ?? new StorageError('invalid-request', `Google Drive: ${error instanceof Error ? error.message : 'failed'}`)
      );
    }
  }

  return {
    async root(fileId, signal) {
      const fields = 'id,driveId,mimeType,trashed';
      const file = await call(signal, (drive, options) => drive.files.get({ fileId, fields, ...allDrives }, options));
      if (typeof file.id !== 'string') throw notDrive();
      if (file.mimeType !== folderType) throw new StorageError('invalid-request', `${fileId} is not a folder of Google Drive`);
      if (file.trashed === true) throw new StorageError('invalid-request', `the folder ${fileId} is in the trash of Google Drive`);
      return { id: file.id, driveId: file.driveId ?? undefined };
    },

    async list({ query, driveId, page }, signal) {
      const parameters = {
        q: query,
        pageSize,
        fields: `nextPageToken,files(${fileFields})`,
        spaces: space,
        includeItemsFromAllDrives: true,
        ...allDrives,
        ...(driveId === undefined ? {} : { corpora: 'drive', driveId }),
        ...(page === undefined ? {} : { pageToken: page }),
      };
      const list = await call(signal, (drive, options) => drive.files.list(parameters, options));
      // a page of something else in between (a log-in to the network) must not look like an empty folder
      if (!Array.isArray(list.files)) throw notDrive();
      return { files: list.files.map(driveFile), next: list.nextPageToken ?? undefined };
    },

    async get(fileId, signal) {
      return driveFile(await call(signal, (drive, options) => drive.files.get({ fileId, fields: fileFields, ...allDrives }, options)));
    },

    async newIds(count, signal) {
      const { ids } = await call(signal, (drive, options) =>
        drive.files.generateIds({ count, space, type: 'files', fields: 'ids' }, options),
      );
      return ids ?? [];
    },

    async createFolder({ name, parent }, signal) {
      const requestBody = { name, mimeType: folderType, parents: [parent] };
      return driveFile(
        await call(signal, (drive, options) => drive.files.create({ requestBody, fields: fileFields, ...allDrives }, options)),
      );
    },

    async trash(fileId, signal) {
      await call(signal, (drive, options) =>
        drive.files.update({ fileId, requestBody: { trashed: true }, fields: 'id', ...allDrives }, options),
      );
    },

    async remove(fileId, signal) {
      await call(signal, (drive, options) => drive.files.delete({ fileId, ...allDrives }, options));
    },
  };
}

/** A file as the API tells it; what is missing reads as nothing. */
export function driveFile(file: drive_v3.Schema$File): DriveFile {
  const { id, size, md5Checksum } = file;
  if (typeof id !== 'string') throw notDrive();
  return {
    id,
    name: file.name ?? '',
    mimeType: file.mimeType ?? '',
    size: size === undefined || size === null ? undefined : Number(size),
    md5: md5Checksum ?? undefined,
    parents: file.parents ?? [],
    createdTime: file.createdTime ?? '',
    trashed: file.trashed === true,
  };
}

function notDrive(): StorageError {
  return new StorageError('unavailable', 'the answer is not from Google Drive', {
    hint: 'Something between here and Google answers in its place: a log-in page of the network, or a proxy.',
  });
}
