import { type ByteStream, type RemoteSpec, type Storage, type StorageHost, type StorageTraits, type WriteOptions } from '@datapin/storage';
import { createRequests } from './http-requests.ts';
import { resolveSettings } from './http-settings.ts';
import { createTransport } from './http-transport.ts';
import { outgoingBody } from './object-body.ts';
import { rangeSupport } from './range-support.ts';
import { readObject } from './read-object.ts';
import { statObject } from './stat-object.ts';

/** Enough to hide the latency of a distant server, few enough not to be taken for an attack. */
const maxConnections = 32;

/** Opens a remote on an HTTP server. No request is made. There is no way to list or to remove over plain HTTP. */
export async function openHttpStorage(remote: RemoteSpec, host: StorageHost): Promise<Required<Pick<Storage, 'write'>> & Storage> {
  const settings = resolveSettings(remote, host);
  const transport = createTransport(settings.connection);
  const requests = createRequests(settings, transport);
  const ranges = rangeSupport();
  const stat = statObject(requests, ranges);
  const traits: StorageTraits = {
    get rangeReads() {
      return ranges.expected;
    },
    // what the server does with an upload that breaks off is its own business
    atomicWrites: false,
    versions: false,
    maxConnections,
    listPageSize: 1,
  };

  return {
    traits,
    stat: async (key, options = {}) => stat(key, options),
    read: async (key, options = {}): Promise<ByteStream> => readObject(requests, ranges, key, options),
    async write(key, source, { md5, signal }: WriteOptions = {}): Promise<void> {
      signal?.throwIfAborted();
      const body = await outgoingBody(source, md5);
      const response = await requests.send({
        method: settings.uploadMethod,
        key,
        headers: { 'content-length': String(source.size), 'content-type': 'application/octet-stream' },
        body,
        signal,
      });
      await response.drop();
    },
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}
