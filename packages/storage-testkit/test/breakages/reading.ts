import { type ObjectInfo, isStorageError, StorageError } from '@datapin/storage';

import { type Breakage, fixed, mapBytes, memory, without } from './breakage.ts';

/** Storages that read wrong. */
export const readingBreakages: readonly Breakage[] = [
  memory(
    'ranges include their end',
    (inner) => ({
      read: (key, options = {}) =>
        inner.read(
          key,
          options.range === undefined ? options : { ...options, range: { start: options.range.start, end: options.range.end + 1 } },
        ),
    }),
    ['ranges/edges', 'ranges/random'],
  ),
  memory('ranges are ignored', (inner) => ({ read: (key, options) => inner.read(key, without('range', options)) }), [
    'ranges/edges',
    'ranges/random',
    'ranges/of-big-object',
  ]),
  memory(
    'the last byte of large objects is lost',
    (inner) => ({
      read: async (key, options) =>
        mapBytes(await inner.read(key, options), (bytes) => (bytes.length > 1_000_000 ? bytes.subarray(0, -1) : bytes)),
    }),
    ['reading/same-bytes', 'writing/big-object'],
  ),
  memory(
    'one buffer is used for all chunks',
    (inner) => ({
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
    ['reading/chunks-belong-to-reader'],
  ),
  memory(
    'a missing object reads as an empty one',
    (inner) => ({
      read: async (key, options) => {
        try {
          return await inner.read(key, options);
        } catch (error) {
          if (isStorageError(error) && error.code === 'not-found') return fixed(new Uint8Array()).open();
          throw error;
        }
      },
    }),
    ['reading/missing-object'],
  ),
  memory(
    'not-found comes only when the body is read',
    (inner) => ({
      read: async (key, options) =>
        (async function* late() {
          yield* await inner.read(key, options);
        })(),
    }),
    ['reading/missing-object', 'ranges/of-missing-object'],
  ),

  memory(
    'stat counts one byte too many',
    (inner) => ({ stat: async (key, options) => ({ key, size: (await inner.stat(key, options)).size + 1 }) }),
    ['stat/size', 'reading/empty-object'],
  ),
  memory(
    'stat tells the key in its own form',
    (inner) => ({ stat: async (key, options) => ({ ...(await inner.stat(key, options)), key: encodeURI(key) }) }),
    ['stat/key'],
  ),
  memory(
    'stat of what is not there tells a size of 0',
    (inner) => ({ stat: (key, options) => inner.stat(key, options).catch(() => ({ key, size: 0 })) }),
    ['stat/missing', 'stat/no-folders', 'reading/prefix-is-no-object', 'reading/below-an-object'],
  ),
  memory(
    'stat is remembered',
    (inner) => {
      const known = new Map<string, Promise<ObjectInfo>>();
      return {
        stat: (key, options) => {
          const answer = known.get(key) ?? inner.stat(key, options);
          known.set(key, answer);
          return answer;
        },
      };
    },
    ['stat/after-replacing'],
  ),
  memory(
    'an object can be read once',
    (inner) => {
      const read = new Set<string>();
      return {
        read: async (key, options) => {
          const stream = await inner.read(key, options);
          if (read.has(key)) return fixed(new Uint8Array()).open();
          read.add(key);
          return stream;
        },
      };
    },
    ['reading/again'],
  ),
  memory(
    'two streams of one object share their place in it',
    (inner) => {
      const streams = new Map<string, Promise<AsyncIterator<Uint8Array>>>();
      return {
        read: async (key, options) => {
          const shared = streams.get(key) ?? inner.read(key, options).then((stream) => stream[Symbol.asyncIterator]());
          streams.set(key, shared);
          const iterator = await shared;
          return { [Symbol.asyncIterator]: () => ({ next: () => iterator.next() }) };
        },
      };
    },
    ['reading/two-streams'],
  ),
  memory(
    'chunks are lists of numbers',
    (inner) => ({
      read: async (key, options) => {
        const stream = await inner.read(key, options);
        return (async function* lists() {
          for await (const chunk of stream) yield [...chunk] as unknown as Uint8Array;
        })();
      },
    }),
    ['reading/chunks-are-bytes'],
  ),
  memory(
    'bytes that nobody takes in time are dropped',
    (inner) => ({
      read: async (key, options) => {
        const stream = await inner.read(key, options);
        return (async function* hasty() {
          let late = false;
          for await (const chunk of stream) {
            const given = performance.now();
            if (!late) yield chunk;
            late = performance.now() - given > 100;
          }
        })();
      },
    }),
    ['reading/slow-reader'],
  ),
  memory(
    'a stream that was left early keeps its connection',
    (inner) => {
      let connections = 0;
      return {
        read: async (key, options) => {
          if (connections >= 30) throw new StorageError('unavailable', 'no connection is free');
          connections += 1;
          const stream = await inner.read(key, options);
          const iterator = stream[Symbol.asyncIterator]();
          return {
            [Symbol.asyncIterator]: () => ({
              next: async () => {
                const result = await iterator.next();
                if (result.done === true) connections -= 1;
                return result;
              },
            }),
          };
        },
      };
    },
    ['reading/leaving-early'],
  ),
  memory(
    'an object cannot be looked at until its last stream was read',
    (inner) => {
      const busy = new Set<string>();
      return {
        stat: async (key, options) => {
          if (busy.has(key)) throw new StorageError('unavailable', `${key} is being read`);
          return inner.stat(key, options);
        },
        read: async (key, options) => {
          const stream = await inner.read(key, options);
          busy.add(key);
          return (async function* freeing() {
            yield* stream;
            busy.delete(key);
          })();
        },
      };
    },
    ['reading/never-started'],
  ),
  memory(
    'a part that reaches past the end comes short',
    (inner) => ({
      read: async (key, { range, ...options } = {}) => {
        const { size } = await inner.stat(key);
        if (range === undefined) return inner.read(key, options);
        return inner.read(key, { ...options, range: { start: Math.min(range.start, size), end: Math.min(range.end, size) } });
      },
    }),
    ['ranges/past-the-end', 'ranges/behind-the-end'],
  ),
  memory(
    'a range of the whole object is taken for none',
    (inner) => ({
      read: async (key, options = {}) => {
        const { size } = await inner.stat(key);
        return options.range?.start === 0 && options.range.end === size ? fixed(new Uint8Array()).open() : inner.read(key, options);
      },
    }),
    ['ranges/whole'],
  ),
  memory(
    'a part that was left early is gone on with',
    (inner) => {
      let left: AsyncIterator<Uint8Array> | undefined;
      return {
        read: async (key, options) => {
          const iterator = left ?? (await inner.read(key, options))[Symbol.asyncIterator]();
          return {
            [Symbol.asyncIterator]: () => ({
              next: () => iterator.next(),
              return: async () => {
                left = iterator;
                return { done: true, value: undefined };
              },
            }),
          };
        },
      };
    },
    ['ranges/leaving-early'],
  ),
];
