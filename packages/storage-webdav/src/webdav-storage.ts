import {
  type ByteStream,
  type CallOptions,
  type ObjectInfo,
  type RemoteSpec,
  type Storage,
  StorageError,
  type StorageHost,
} from '@datapin/storage';
import { chunkedFrom, newChunkFolder } from './chunked-upload.ts';
import { createCollections } from './collections.ts';
import { createDavRequests } from './dav-requests.ts';
import { createDrafts, draftsFolder } from './drafts.ts';
import { listObjects } from './list-objects.ts';
import { outgoingBody } from './outgoing-body.ts';
import { objectInfo, propfind } from './propfind.ts';
import { readObject } from './read-object.ts';
import { encodePath, isUsableKey } from './resource-path.ts';
import { createUploader } from './upload-object.ts';
import { resolveSettings } from './webdav-settings.ts';

const listPageSize = 1000;
/** Connections that shared servers put up with (Apache's default of workers is 150 for all users, PHP's pools are smaller). */
const maxConnections = 16;
const removalsAtOnce = 8;

/** Opens a WebDAV remote. No request is made before the first call. */
export async function openWebdavStorage(remote: RemoteSpec, host: StorageHost): Promise<Required<Omit<Storage, 'sync' | 'pathOf'>>> {
  const settings = resolveSettings(remote, host);
  const { basePath } = settings;
  const requests = createDavRequests(settings, host);
  const closing = new AbortController();
  const drafts = createDrafts(requests, basePath);
  const collections = createCollections(requests, closing.signal);
  const uploader = createUploader({ requests, collections, drafts, warn: (message) => host.warn(message) });
  const uploads = new Set<Promise<void>>();
  let rangeReads = true;
  let written = false;

  function untilClosed(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
  }

  async function stat(key: string, signal: AbortSignal): Promise<ObjectInfo> {
    const subject = subjectOf(key);
    const [resource] = (await propfind(requests, { path: pathOf(key), depth: '0', subject, signal })) ?? [];
    if (resource === undefined || resource.collection) throw new StorageError('not-found', `${subject}: not there`);
    return objectInfo(key, resource);
  }

  function pathOf(key: string): string {
    if (!isUsableKey(key) || key.startsWith(`${draftsFolder}/`)) {
      throw new StorageError('invalid-request', `the key ${JSON.stringify(key)} cannot be a file on a WebDAV server`);
    }
    return `${basePath}/${encodePath(key)}`;
  }

  function subjectOf(key: string): string {
    return `${settings.origin}${basePath}/${key}`;
  }

  async function removeOne(key: string, signal: AbortSignal): Promise<void> {
    // DELETE takes a collection with everything in it, so what it is has to be known
    const present = await stat(key, signal).catch((error: unknown) => {
      if (error instanceof StorageError && error.code === 'not-found') return undefined;
      throw error;
    });
    if (present === undefined) return;
    const response = await requests.send({ method: 'DELETE', path: pathOf(key), subject: subjectOf(key), accept: [404], signal });
    response.body.drop();
  }

  return {
    traits: {
      get rangeReads() {
        return rangeReads;
      },
      get atomicWrites() {
        return uploader.atomic;
      },
      versions: false,
      maxConnections,
      listPageSize,
    },

    stat: async (key, { signal } = {}) => stat(key, untilClosed(signal)),

    async read(key, { range, signal } = {}): Promise<ByteStream> {
      const combined = untilClosed(signal);
      return readObject(requests, {
        path: pathOf(key),
        subject: subjectOf(key),
        range,
        signal: combined,
        checkNoFolder: () => stat(key, combined),
        onIgnoredRange: () => {
          rangeReads = false;
        },
      });
    },

    async write(key, source, { md5, signal, step } = {}): Promise<void> {
      const combined = untilClosed(signal);
      combined.throwIfAborted();
      const [path, subject] = [pathOf(key), subjectOf(key)];
      const folder = source.size < chunkedFrom ? undefined : newChunkFolder(basePath);
      const content = folder === undefined ? await outgoingBody({ source, md5 }) : { chunks: { folder, source, md5, step } };
      const upload = uploader.upload({ path, subject, content, signal: combined });
      uploads.add(upload);
      await upload.finally(() => uploads.delete(upload));
      written = true;
    },

    async remove(keys, { signal }: CallOptions = {}): Promise<void> {
      const combined = untilClosed(signal);
      combined.throwIfAborted();
      const queue = new Set(keys.filter(isUsableKey)).values();
      const removeNext = async (): Promise<void> => {
        for (const key of queue) await removeOne(key, combined);
      };
      // none goes on behind the back of a caller who was told of a failure and tries again
      const endings = await Promise.allSettled(Array.from({ length: removalsAtOnce }, removeNext));
      const failed = endings.find((ending) => ending.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },

    list: (prefix, { signal } = {}) =>
      listObjects(requests, { base: basePath, prefix, pageSize: listPageSize, hidden: draftsFolder, signal: untilClosed(signal) }),

    async [Symbol.asyncDispose](): Promise<void> {
      closing.abort(new StorageError('interrupted', 'the storage was closed'));
      await Promise.allSettled(uploads);
      await drafts.settle({ sweep: written && host.signal?.aborted !== true });
      await requests[Symbol.asyncDispose]();
    },
  };
}
