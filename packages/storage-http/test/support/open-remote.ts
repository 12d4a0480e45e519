import { type ByteSource, isStorageError, type OptionValue, parseRemoteUrl, type Storage, type StorageError } from '@datapin/storage';

import plugin from '../../src/index.ts';

/** A storage that can be written to. */
export type HttpStorage = Storage & Required<Pick<Storage, 'write'>>;

export interface RemoteToOpen {
  readonly url: string;
  readonly options?: Readonly<Record<string, OptionValue>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** Opens a remote with nothing but what is given: no home, no variables. */
export async function openRemote({ url, options = {}, env = {} }: RemoteToOpen): Promise<HttpStorage> {
  const remote = { name: 'store', url: parseRemoteUrl(url), options, tracked: new Set<string>() };
  const storage = await plugin.open(remote, { env: { HOME: '/nonexistent', ...env }, warn: () => undefined });
  if (!isWritable(storage)) throw new Error('it cannot be written to');
  return storage;
}

function isWritable(storage: Storage): storage is HttpStorage {
  return storage.write !== undefined;
}

/** The whole of an object, or of a range. */
export async function readWhole(storage: Storage, key: string, options: Parameters<Storage['read']>[1] = {}): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await storage.read(key, options)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A source over bytes in memory, in chunks; `size` is a claim. */
export function sourceOf(
  bytes: Uint8Array,
  { chunkSize = 64 * 1024, size = bytes.length }: { chunkSize?: number; size?: number } = {},
): ByteSource {
  return {
    size,
    async *open(range) {
      const end = range?.end ?? bytes.length;
      for (let at = range?.start ?? 0; at < end; at += chunkSize) yield bytes.subarray(at, Math.min(at + chunkSize, end));
    },
  };
}

/** The StorageError that something rejects with. */
export async function storageErrorOf(action: Promise<unknown>): Promise<StorageError> {
  try {
    await action;
  } catch (error) {
    if (isStorageError(error)) return error;
    throw error;
  }
  throw new Error('it succeeded');
}
