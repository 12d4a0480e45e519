import { type ByteSource, type ByteStream, isStorageError, type ObjectInfo, type Storage, StorageError } from '@datapin/storage';
import { describe, expect, test } from 'vitest';

import { allGuarantees, defaultLimits, memoryPlugin, readAll, type TestServer, tryGuarantee } from '../src/index.ts';

/** A storage with every method, some replaced. */
type Whole = Required<Omit<Storage, 'pathOf'>>;

interface Breakage {
  /** What is wrong, as one would say it in a bug report. */
  readonly bug: string;
  readonly breaks: (inner: Whole) => Partial<Storage>;
  /** Guarantees that have to notice. */
  readonly noticedBy: readonly string[];
}

async function* mapBytes(stream: ByteStream, change: (bytes: Uint8Array) => Uint8Array): ByteStream {
  yield change(await readAll(stream));
}

async function* mapPages(
  pages: AsyncIterable<readonly ObjectInfo[]>,
  change: (page: readonly ObjectInfo[], number: number) => readonly ObjectInfo[],
): AsyncIterable<readonly ObjectInfo[]> {
  let number = 0;
  for await (const page of pages) yield change(page, number++);
}

function without<Options extends object>(name: keyof Options, options: Options | undefined): Options {
  return { ...options, [name]: undefined } as Options;
}

function fixed(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    open: async function* open() {
      yield bytes;
    },
  };
}

const breakages: readonly Breakage[] = [
  {
    bug: 'ranges include their end',
    breaks: (inner) => ({
      read: (key, options = {}) =>
        inner.read(
          key,
          options.range === undefined ? options : { ...options, range: { start: options.range.start, end: options.range.end + 1 } },
        ),
    }),
    noticedBy: ['ranges/edges', 'ranges/random'],
  },
  {
    bug: 'ranges are ignored',
    breaks: (inner) => ({ read: (key, options) => inner.read(key, without('range', options)) }),
    noticedBy: ['ranges/edges', 'ranges/random', 'ranges/of-big-object'],
  },
  {
    bug: 'the last byte of large objects is lost',
    breaks: (inner) => ({
      read: async (key, options) =>
        mapBytes(await inner.read(key, options), (bytes) => (bytes.length > 1_000_000 ? bytes.subarray(0, -1) : bytes)),
    }),
    noticedBy: ['reading/same-bytes', 'writing/big-object'],
  },
  {
    bug: 'one buffer is used for all chunks',
    breaks: (inner) => ({
      read: async (key, options) => {
        const buffer = new Uint8Array(65_536);
        const stream = await inner.read(key, options);
        return (async function* reuse() {
          for await (const chunk of stream) {
            buffer.set(chunk);
            yield buffer.subarray(0, chunk.length);
          }
        })();
      },
    }),
    noticedBy: ['reading/chunks-belong-to-reader'],
  },
  {
    bug: 'a missing object reads as an empty one',
    breaks: (inner) => ({
      read: async (key, options) => {
        try {
          return await inner.read(key, options);
        } catch (error) {
          if (isStorageError(error) && error.code === 'not-found') return fixed(new Uint8Array()).open();
          throw error;
        }
      },
    }),
    noticedBy: ['reading/missing-object'],
  },
  {
    bug: 'not-found comes only when the body is read',
    breaks: (inner) => ({
      read: async (key, options) =>
        (async function* late() {
          yield* await inner.read(key, options);
        })(),
    }),
    noticedBy: ['reading/missing-object', 'ranges/of-missing-object'],
  },
  {
    bug: 'refused access is reported as not-found',
    breaks: (inner) => ({
      stat: (key, options) =>
        inner.stat(key, options).catch((error: unknown) => {
          throw isStorageError(error) && error.code === 'forbidden' ? new StorageError('not-found', `no ${key}`) : error;
        }),
    }),
    noticedBy: ['errors/refused'],
  },
  {
    bug: 'errors carry no code',
    breaks: (inner) => ({
      stat: (key, options) =>
        inner.stat(key, options).catch((error: unknown) => Promise.reject(new Error(`stat failed: ${String(error)}`))),
    }),
    noticedBy: ['errors/not-found', 'errors/unreachable'],
  },
  {
    bug: 'what a failing source gave so far is stored',
    breaks: (inner) => ({
      write: async (key, source, options) => {
        const chunks: Uint8Array[] = [];
        try {
          for await (const chunk of source.open()) chunks.push(chunk);
        } catch (error) {
          await inner.write(key, fixed(new Uint8Array(Buffer.concat(chunks))));
          throw error;
        }
        await inner.write(key, source, options);
      },
    }),
    noticedBy: ['writing/failing-source'],
  },
  {
    bug: 'a source of the wrong length is stored as it comes',
    breaks: (inner) => ({
      write: async (key, source, options) => inner.write(key, fixed(await readAll(source.open())), options),
    }),
    noticedBy: ['writing/short-source', 'writing/long-source'],
  },
  {
    bug: 'an object is there before its bytes are',
    breaks: (inner) => ({
      write: async (key, source, options) => {
        options?.signal?.throwIfAborted();
        await inner.write(key, fixed(new Uint8Array()));
        await inner.write(key, source, options);
      },
    }),
    noticedBy: ['writing/visible-only-when-complete', 'writing/short-source', 'cancelling/mid-upload'],
  },
  {
    bug: 'a failed upload takes the old object with it',
    breaks: (inner) => ({
      write: (key, source, options) =>
        inner.write(key, source, options).catch(async (error: unknown) => {
          await inner.remove([key]);
          throw error;
        }),
    }),
    noticedBy: ['writing/short-source', 'cancelling/mid-upload'],
  },
  {
    bug: 'the MD5 is not looked at',
    breaks: (inner) => ({ write: (key, source, options) => inner.write(key, source, without('md5', options)) }),
    noticedBy: ['writing/wrong-md5'],
  },
  {
    bug: 'an upload cannot be aborted',
    breaks: (inner) => ({ write: (key, source, options) => inner.write(key, source, without('signal', options)) }),
    noticedBy: ['cancelling/before', 'cancelling/mid-upload'],
  },
  {
    bug: 'aborting is noticed only before the first byte',
    breaks: (inner) => ({
      read: async (key, { signal, ...options } = {}) => {
        signal?.throwIfAborted();
        return inner.read(key, options);
      },
    }),
    noticedBy: ['cancelling/in-body'],
  },
  {
    bug: 'aborting gives an error of its own instead of the reason',
    breaks: (inner) => ({
      stat: (key, options = {}) =>
        inner.stat(key, options).catch((error: unknown) => {
          throw options.signal?.aborted === true ? new StorageError('interrupted', 'aborted') : error;
        }),
    }),
    noticedBy: ['cancelling/before'],
  },
  {
    bug: 'a listing has only its first page',
    breaks: (inner) => ({
      list: async function* firstPageOnly(prefix, options) {
        for await (const page of inner.list(prefix, options)) {
          yield page;
          return;
        }
      },
    }),
    noticedBy: ['listing/many-pages'],
  },
  {
    bug: 'pages overlap by one key',
    breaks: (inner) => ({
      list: (prefix, options) => {
        let last: readonly ObjectInfo[] = [];
        return mapPages(inner.list(prefix, options), (page) => {
          const overlapping = [...last, ...page].slice(0, page.length);
          last = page.slice(-1);
          return overlapping;
        });
      },
    }),
    noticedBy: ['listing/many-pages'],
  },
  {
    bug: 'the prefix is taken for a folder',
    breaks: (inner) => ({ list: (prefix, options) => inner.list(prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`, options) }),
    noticedBy: ['listing/exact-prefix', 'listing/cache-prefix'],
  },
  {
    bug: 'listed sizes are wrong',
    breaks: (inner) => ({
      list: (prefix, options) => mapPages(inner.list(prefix, options), (page) => page.map((info) => ({ ...info, size: 0 }))),
    }),
    noticedBy: ['listing/sizes'],
  },
  {
    bug: 'keys are percent-decoded',
    breaks: (inner) => ({
      write: (key, source, options) => inner.write(key.replaceAll('%41', 'A').replaceAll('%20', ' '), source, options),
    }),
    noticedBy: ['keys/percent'],
  },
  {
    bug: 'keys are normalised to NFC',
    breaks: (inner) => ({
      write: (key, source, options) => inner.write(key.normalize('NFC'), source, options),
      read: (key, options) => inner.read(key.normalize('NFC'), options),
      stat: async (key, options) => ({ ...(await inner.stat(key.normalize('NFC'), options)), key }),
    }),
    noticedBy: ['keys/latin-decomposed', 'keys/two-normal-forms'],
  },
  {
    bug: 'removing a key removes everything that begins with it',
    breaks: (inner) => ({
      remove: async (keys, options) => {
        for (const key of keys)
          for await (const page of inner.list(key))
            await inner.remove(
              page.map((info) => info.key),
              options,
            );
      },
    }),
    noticedBy: ['removing/gone', 'removing/prefix-stays'],
  },
  {
    bug: 'removing what is not there fails',
    breaks: (inner) => ({
      remove: async (keys, options) => {
        for (const key of keys) await inner.stat(key);
        await inner.remove(keys, options);
      },
    }),
    noticedBy: ['removing/not-there'],
  },
  {
    bug: 'at most a hundred keys are removed by one call',
    breaks: (inner) => ({ remove: (keys, options) => inner.remove(keys.slice(0, 100), options) }),
    noticedBy: ['removing/many'],
  },
  {
    bug: 'streams of the source are not closed',
    breaks: (inner) => ({
      write: (key, source, options) =>
        inner.write(
          key,
          { size: source.size, open: (range) => ({ [Symbol.asyncIterator]: () => withoutReturn(source.open(range)) }) },
          options,
        ),
    }),
    noticedBy: ['writing/closes-source'],
  },
  {
    bug: 'a source cannot be used twice',
    breaks: (inner) => {
      const used = new WeakSet<ByteSource>();
      return {
        write: async (key, source, options) => {
          if (used.has(source)) throw new StorageError('invalid-request', 'used');
          used.add(source);
          await inner.write(key, source, options);
        },
      };
    },
    noticedBy: ['writing/source-again'],
  },
  {
    bug: 'an error tells the secret',
    breaks: () => ({ read: () => Promise.reject(new StorageError('not-found', 'no object no-such-object at memory://user:hunter2@host')) }),
    noticedBy: ['errors/no-secrets'],
  },
  {
    bug: 'writers of one key share a buffer',
    breaks: (inner) => {
      const buffers = new Map<string, Uint8Array[]>();
      return {
        write: async (key, source, options) => {
          const shared = buffers.get(key) ?? [];
          buffers.set(key, shared);
          let index = 0;
          for await (const chunk of source.open()) shared[index++] = chunk;
          await inner.write(key, fixed(new Uint8Array(Buffer.concat(shared.slice(0, index)))), options);
        },
      };
    },
    noticedBy: ['concurrency/same-key'],
  },
  {
    bug: 'a body is fetched in parts, whatever the object is by then',
    breaks: (inner) => ({
      read: async (key, options) => {
        const { size } = await inner.stat(key, options);
        return (async function* parts() {
          for (let start = 0; start < size; start += 100_000) {
            yield await readAll(await inner.read(key, { ...options, range: { start, end: Math.min(start + 100_000, size) } }));
          }
        })();
      },
    }),
    noticedBy: ['concurrency/replaced-while-read'],
  },
  {
    bug: 'closing twice fails',
    breaks: (inner) => {
      let closed = false;
      return {
        [Symbol.asyncDispose]: async () => {
          if (closed) throw new Error('closed already');
          closed = true;
          await inner[Symbol.asyncDispose]();
        },
      };
    },
    noticedBy: ['closing/twice'],
  },
  { bug: 'there is no list', breaks: () => ({ list: undefined as never }), noticedBy: ['listing/nothing'] },
  {
    bug: 'the page size is nonsense',
    breaks: (inner) => ({ traits: { ...inner.traits, listPageSize: 0 } }),
    noticedBy: ['traits/numbers'],
  },
];

function withoutReturn(stream: ByteStream): AsyncIterator<Uint8Array> {
  const iterator = stream[Symbol.asyncIterator]();
  return { next: () => iterator.next() };
}

let remotes = 0;

function memoryServer(): TestServer {
  return {
    emptyRemote: async () => ({ url: `memory://remote-${(remotes += 1)}` }),
    refusedRemote: async () => ({ url: 'memory://refused', options: { access: 'refused' } }),
    unreachableRemote: async () => ({ url: 'memory://unreachable', options: { access: 'unreachable' } }),
    secrets: ['hunter2'],
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Ids of the guarantees that a broken memory storage does not keep. */
async function brokenGuarantees(breakage: Breakage, ids: readonly string[]): Promise<readonly string[]> {
  const sound = memoryPlugin();
  const plugin: typeof sound = {
    ...sound,
    open: async (remote, host) => {
      const inner = await sound.open(remote, host);
      return { ...inner, ...breakage.breaks(inner as Whole) };
    },
  };
  const limits = { ...defaultLimits, bigObject: 2_000_000 };
  const broken: string[] = [];
  for (const guarantee of allGuarantees) {
    if (!ids.includes(guarantee.id)) continue;
    const [outcome] = await Promise.allSettled([tryGuarantee(guarantee, { plugin, server: memoryServer(), limits })]);
    if (outcome.status === 'rejected') broken.push(guarantee.id);
  }
  return broken;
}

describe('the suite notices when', () => {
  test.for(breakages)('$bug', async (breakage) => {
    const broken = await brokenGuarantees(breakage, breakage.noticedBy);
    expect(broken.toSorted()).toEqual([...breakage.noticedBy].sort());
  });
});

test('every area of the suite is shown to notice something', () => {
  const areas = new Set(allGuarantees.map(({ id }) => id.slice(0, id.indexOf('/'))));
  const noticing = new Set(breakages.flatMap(({ noticedBy }) => noticedBy.map((id) => id.slice(0, id.indexOf('/')))));
  expect([...areas].filter((area) => !noticing.has(area))).toEqual([]);
});
