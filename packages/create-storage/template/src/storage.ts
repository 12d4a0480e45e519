import { createHash } from 'node:crypto';

import {
  type ByteSource,
  type ByteStream,
  type CallOptions,
  type Storage,
  StorageError,
  type StorageTraits,
  type WriteOptions,
} from '@datapin/storage';

import { classify } from './classify.ts';
import type { StoreClient } from './store.ts';

/** Tell the truth here: datapin plans with it. */
const traits: StorageTraits = { rangeReads: true, atomicWrites: true, versions: false, maxConnections: 16, listPageSize: 1000 };

export interface StorageOptions {
  readonly client: StoreClient;
  /** Without `/` at its ends; empty for the whole store. */
  readonly prefix: string;
}

interface Body {
  readonly length: number;
  readonly body: AsyncIterable<Uint8Array>;
  readonly call: CallOptions;
}

/** A remote of the store. Leave out the methods that your store cannot do: what is not there is not called. */
export function openStorage({ client, prefix }: StorageOptions): Storage {
  const root = prefix === '' ? '' : `${prefix}/`;
  const closing = new AbortController();

  /** Throws when a call has to end. Hand `signal` to your client as well: then a call ends while it waits. */
  function check({ signal }: CallOptions): void {
    signal?.throwIfAborted();
    if (closing.signal.aborted) throw new StorageError('interrupted', 'the remote was closed');
  }

  async function attempt<Value>(what: string, call: CallOptions, action: () => Promise<Value>): Promise<Value> {
    check(call);
    try {
      return await action();
    } catch (error) {
      // an aborted call rejects with the signal's reason, whatever the client makes of it
      call.signal?.throwIfAborted();
      throw classify(error, what);
    }
  }

  /** The body of an object: fails when it has to end, or ends too early. */
  async function* reading(key: string, { length, body, call }: Body): ByteStream {
    let left = length;
    for await (const chunk of body) {
      check(call);
      left -= chunk.length;
      yield chunk;
    }
    check(call);
    if (left !== 0) throw new StorageError('interrupted', `${key} ended ${left} bytes early`);
  }

  return {
    traits,

    stat: (key, call = {}) => attempt(`stat ${key}`, call, async () => ({ key, size: (await client.head(root + key)).size })),

    read: (key, call = {}) =>
      attempt(`read ${key}`, call, async () => {
        const { length, body } = await client.get(root + key, call.range);
        if (call.range !== undefined && length !== call.range.end - call.range.start) {
          throw new StorageError('invalid-request', `${key} has no bytes from ${call.range.start} to ${call.range.end}`);
        }
        return reading(key, { length, body, call });
      }),

    // for large objects ask your store for uploads in parts, and take back the parts of one that fails
    write: (key, source, call = {}) =>
      attempt(`write ${key}`, call, () => client.put(root + key, verified(key, source, { ...call, check: () => check(call) }))),

    remove: (keys, call = {}) =>
      attempt('remove', call, async () => {
        for (const key of keys) {
          check(call);
          await client.delete(root + key);
        }
      }),

    async *list(keyPrefix, call = {}) {
      let after = '';
      for (;;) {
        const page = await attempt('list', call, () => client.list({ prefix: root + keyPrefix, after, limit: traits.listPageSize }));
        if (page.length > 0) yield page.map(({ name, size }) => ({ key: name.slice(root.length), size }));
        if (page.length < traits.listPageSize) return;
        after = page.at(-1)?.name ?? '';
      }
    },

    async [Symbol.asyncDispose]() {
      closing.abort();
    },
  };
}

/** The bytes of a source; throws in place of their end when they are not those that were promised, so that the store keeps nothing. */
async function* verified(key: string, source: ByteSource, { md5, check }: WriteOptions & { readonly check: () => void }): ByteStream {
  const digest = createHash('md5');
  let size = 0;
  for await (const chunk of source.open()) {
    check();
    size += chunk.length;
    if (size > source.size) break;
    digest.update(chunk);
    yield chunk;
  }
  check();
  if (size !== source.size)
    throw new StorageError('invalid-request', `${key}: the source is not as long as the ${source.size} bytes it said`);
  if (md5 !== undefined && digest.digest('hex') !== md5)
    throw new StorageError('invalid-request', `${key}: the bytes do not have the MD5 ${md5}`);
}
