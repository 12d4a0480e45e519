import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

import {
  type ByteSource,
  type ByteStream,
  keyPrefixOf,
  type ObjectInfo,
  type ReadOptions,
  type RemoteSpec,
  type Storage,
  StorageError,
  type StoragePlugin,
  type WriteOptions,
} from '@datapin/storage';

import { readAll } from '../../src/index.ts';
import { type Answer, type Habits, request, soundHabits } from './request.ts';

/**
 * A plugin for {@link startHttpStore}'s server: `http-store://prefix` with the options `endpoint`, `token` and `authorities`. It keeps every promise with sound
 * habits; tests give it others.
 */
export function httpStorePlugin(habits: Partial<Habits> = {}): StoragePlugin {
  return {
    name: 'http-store',
    schemes: ['http-store'],
    options: {
      endpoint: { type: 'string', description: 'origin of the server' },
      token: { type: 'string', description: 'what the server knows one by', secret: true },
      authorities: { type: 'path', description: 'PEM file of authorities to trust' },
    },
    open: async (remote) => open(remote, { ...soundHabits, ...habits }),
  };
}

async function open({ url, options }: RemoteSpec, habits: Habits): Promise<Storage> {
  const prefix = [url.authority, keyPrefixOf(url)].filter((part) => part !== '').join('/');
  const root = `${prefix}/`;
  const authorities = options['authorities'] === undefined ? undefined : readAuthorities(String(options['authorities']));
  const client = request({ endpoint: String(options['endpoint']), token: String(options['token'] ?? ''), authorities, habits });

  async function ok(answer: Answer, what: string): Promise<Answer> {
    if (answer.status >= 200 && answer.status < 300) return answer;
    const text = await readAll(answer.body).then((bytes) => Buffer.from(bytes).toString());
    throw habits.failure({ status: answer.status, headers: answer.headers, text, what });
  }

  /** A success of which only the headers count. */
  async function done(answer: Answer, what: string): Promise<Answer> {
    await readAll((await ok(answer, what)).body);
    return answer;
  }

  async function stat(key: string, { signal }: ReadOptions = {}): Promise<ObjectInfo> {
    const answer = await done(await client.send({ method: 'HEAD', query: { key: named(key) }, signal }), key);
    return { key, size: Number(answer.headers['content-length']) };
  }

  async function read(key: string, { range, signal }: ReadOptions = {}): Promise<ByteStream> {
    const headers: Record<string, string> = range === undefined ? {} : { range: `bytes=${range.start}-${range.end - 1}` };
    const answer = await ok(await client.send({ method: 'GET', query: { key: named(key) }, headers, signal }), key);
    if (range !== undefined) habits.checkRange(answer, range);
    return answer.body;
  }

  async function write(key: string, source: ByteSource, { md5, signal }: WriteOptions = {}): Promise<void> {
    const stage = randomUUID();
    try {
      await done(await client.send({ method: 'PUT', query: { stage }, body: source, signal }), key);
      const query = { publish: stage, key: named(key), ...(md5 === undefined ? {} : { md5 }) };
      await done(await client.send({ method: 'POST', query, signal }), key);
    } catch (error) {
      await habits.giveUp(async () =>
        readAll((await client.send({ method: 'DELETE', query: { stage }, signal: AbortSignal.timeout(1000) })).body),
      );
      throw error;
    }
  }

  async function remove(keys: readonly string[], { signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    signal?.throwIfAborted();
    for (const key of keys) {
      const answer = await client.send({ method: 'DELETE', query: { key: named(key) }, signal });
      if (answer.status === 404 || habits.ignoresFailedRemoval) await readAll(answer.body);
      else await done(answer, key);
    }
  }

  async function* list(start: string, { signal }: { readonly signal?: AbortSignal } = {}): AsyncIterable<readonly ObjectInfo[]> {
    let after: string | undefined;
    do {
      const answer = await client.send({ method: 'GET', query: { list: root + start, ...(after === undefined ? {} : { after }) }, signal });
      const page = habits.parsePage(await readAll((await ok(answer, 'the listing')).body).then((bytes) => Buffer.from(bytes).toString()));
      if (page.objects.length > 0) yield page.objects.map(({ key, size }) => ({ key: key.slice(root.length), size }));
      after = page.more ? page.objects.at(-1)?.key : undefined;
    } while (after !== undefined);
  }

  function named(key: string): string {
    if (!key.isWellFormed()) throw new StorageError('invalid-request', 'the key is half a character');
    return root + key;
  }

  return {
    traits: { rangeReads: true, atomicWrites: true, versions: false, maxConnections: 8, listPageSize: 50 },
    stat,
    read,
    write,
    remove,
    list: (start, options) => habits.wrapListing(list(start, options)),
    [Symbol.asyncDispose]: async () => client.close(),
  };
}

function readAuthorities(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new StorageError('invalid-request', `${file} cannot be read`);
  }
}
