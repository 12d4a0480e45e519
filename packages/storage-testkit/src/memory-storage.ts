import { createHash } from 'node:crypto';

import {
  type ByteSource,
  type ByteStream,
  type CallOptions,
  keyPrefixOf,
  type ObjectInfo,
  type ReadOptions,
  type Storage,
  StorageError,
  type StorageErrorCode,
  type StoragePlugin,
  type StorageTraits,
  type WriteOptions,
} from '@datapin/storage';

export interface MemoryPluginOptions {
  /** Objects per page of a listing; 100 by default. */
  readonly pageSize?: number;
  /** Largest chunk of a stream, in bytes; 64 KiB by default. */
  readonly chunkSize?: number;
}

/** The memory plugin together with what its remotes hold. */
export interface MemoryPlugin extends StoragePlugin {
  /** All objects of all remotes by `authority/prefix/key`. Tests may look and tamper. */
  readonly objects: Map<string, Uint8Array>;
}

const refusals: Readonly<Record<string, StorageErrorCode>> = {
  'no-credentials': 'unauthenticated',
  refused: 'forbidden',
  unreachable: 'unavailable',
};

/**
 * A storage plugin that keeps objects in memory and every promise of the contract. A remote is `memory://name/prefix`;
 * two remotes of one plugin with the same address hold the same objects.
 * The option `access` makes a remote refuse every call: `no-credentials`, `refused` or `unreachable`.
 */
export function memoryPlugin(options: MemoryPluginOptions = {}): MemoryPlugin {
  const objects = new Map<string, Uint8Array>();
  return {
    name: 'memory',
    schemes: ['memory'],
    options: {
      access: { type: 'string', description: 'How every call is refused, to try failures.', choices: Object.keys(refusals) },
    },
    objects,
    open: async (remote) => {
      const prefix = keyPrefixOf(remote.url);
      const root = `${remote.url.authority}/${prefix === '' ? '' : `${prefix}/`}`;
      const refusal = refusals[String(remote.options['access'])];
      return memoryStorage({ objects, root, refusal, pageSize: options.pageSize ?? 100, chunkSize: options.chunkSize ?? 65_536 });
    },
  };
}

interface MemoryStorageParts {
  readonly objects: Map<string, Uint8Array>;
  readonly root: string;
  readonly refusal: StorageErrorCode | undefined;
  readonly pageSize: number;
  readonly chunkSize: number;
}

function memoryStorage({ objects, root, refusal, pageSize, chunkSize }: MemoryStorageParts): Storage {
  const closing = new AbortController();
  const traits: StorageTraits = { rangeReads: true, atomicWrites: true, versions: false, maxConnections: 16, listPageSize: pageSize };

  /** Every call and every step of a stream passes here: a turn of the event loop, then the reasons to stop. */
  async function step(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    await new Promise(setImmediate);
    signal?.throwIfAborted();
    if (closing.signal.aborted) throw new StorageError('interrupted', 'the memory storage was closed');
    if (refusal !== undefined) throw new StorageError(refusal, `the memory storage answers "${refusal}" to every call`);
  }

  function lookUp(key: string): Uint8Array {
    const bytes = objects.get(root + key);
    if (bytes === undefined) throw new StorageError('not-found', `the memory storage holds no object ${key}`);
    return bytes;
  }

  async function stat(key: string, { signal }: ReadOptions = {}): Promise<ObjectInfo> {
    await step(signal);
    return { key, size: lookUp(key).length };
  }

  async function read(key: string, { range, signal }: ReadOptions = {}): Promise<ByteStream> {
    await step(signal);
    const whole = lookUp(key);
    if (range !== undefined && range.end > whole.length) {
      throw new StorageError('invalid-request', `${key} has ${whole.length} bytes, there is no part of it up to ${range.end}`);
    }
    return chunks(range === undefined ? whole : whole.subarray(range.start, range.end), signal);
  }

  async function* chunks(bytes: Uint8Array, signal: AbortSignal | undefined): ByteStream {
    for (let start = 0; start < bytes.length; start += chunkSize) {
      await step(signal);
      yield Uint8Array.from(bytes.subarray(start, start + chunkSize));
    }
  }

  async function write(key: string, source: ByteSource, { md5, signal }: WriteOptions = {}): Promise<void> {
    await step(signal);
    const received: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of source.open()) {
      await step(signal);
      size += chunk.length;
      if (size > source.size) break;
      received.push(Uint8Array.from(chunk));
    }
    if (size !== source.size) throw new StorageError('invalid-request', `the source of ${key} is not as long as its size says`);
    const bytes = new Uint8Array(Buffer.concat(received));
    if (md5 !== undefined && createHash('md5').update(bytes).digest('hex') !== md5) {
      throw new StorageError('invalid-request', `the bytes of ${key} do not have the MD5 ${md5}`);
    }
    await step(signal);
    objects.set(root + key, bytes);
  }

  async function remove(keys: readonly string[], { signal }: CallOptions = {}): Promise<void> {
    await step(signal);
    for (const key of keys) objects.delete(root + key);
  }

  async function* list(prefix: string, { signal }: CallOptions = {}): AsyncIterable<readonly ObjectInfo[]> {
    await step(signal);
    // a snapshot of the names: objects that come or go while pages are read must not make a key appear twice
    const names = [...objects.keys()].filter((name) => name.startsWith(root + prefix));
    for (let start = 0; start < names.length; start += pageSize) {
      await step(signal);
      yield names.slice(start, start + pageSize).flatMap((name) => {
        const bytes = objects.get(name);
        return bytes === undefined ? [] : [{ key: name.slice(root.length), size: bytes.length }];
      });
    }
  }

  return {
    traits,
    stat,
    read,
    write,
    sync: ({ signal } = {}) => step(signal),
    remove,
    list,
    [Symbol.asyncDispose]: async () => closing.abort(),
  };
}
