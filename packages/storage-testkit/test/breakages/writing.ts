import { type ByteSource, type ByteStream, isStorageError, StorageError } from '@datapin/storage';

import { readAll } from '../../src/index.ts';
import { type Breakage, fixed, memory, without } from './breakage.ts';

function withoutReturn(stream: ByteStream): AsyncIterator<Uint8Array> {
  const iterator = stream[Symbol.asyncIterator]();
  return { next: () => iterator.next() };
}

/** Storages that write wrong. */
export const writingBreakages: readonly Breakage[] = [
  memory(
    'what a failing source gave so far is stored',
    (inner) => ({
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
    ['sources/throws-in-the-middle'],
  ),
  memory(
    'a source of the wrong length is stored as it comes',
    (inner) => ({
      write: async (key, source, options) => inner.write(key, fixed(await readAll(source.open())), options),
    }),
    ['sources/short', 'sources/long'],
  ),
  memory(
    'a failed upload takes the old object with it',
    (inner) => ({
      write: (key, source, options) =>
        inner.write(key, source, options).catch(async (error: unknown) => {
          await inner.remove([key]);
          throw error;
        }),
    }),
    ['replacing/short-source', 'cancelling/old-stays'],
  ),
  memory('the MD5 is not looked at', (inner) => ({ write: (key, source, options) => inner.write(key, source, without('md5', options)) }), [
    'sources/wrong-md5',
  ]),
  memory(
    'an object is there before its bytes are',
    (inner) => ({
      write: async (key, source, options) => {
        options?.signal?.throwIfAborted();
        await inner.write(key, fixed(new Uint8Array()));
        await inner.write(key, source, options);
      },
    }),
    ['writing/visible-only-when-complete', 'sources/short', 'cancelling/mid-upload'],
  ),
  memory(
    'streams of the source are not closed',
    (inner) => ({
      write: (key, source, options) =>
        inner.write(
          key,
          { size: source.size, open: (range) => ({ [Symbol.asyncIterator]: () => withoutReturn(source.open(range)) }) },
          options,
        ),
    }),
    ['writing/closes-source'],
  ),
  memory(
    'a source cannot be used twice',
    (inner) => {
      const used = new WeakSet<ByteSource>();
      return {
        write: async (key, source, options) => {
          if (used.has(source)) throw new StorageError('invalid-request', 'used');
          used.add(source);
          await inner.write(key, source, options);
        },
      };
    },
    ['writing/source-again'],
  ),

  memory(
    'folders are made ten levels deep at most',
    (inner) => ({
      write: async (key, source, options) => {
        if (key.split('/').length > 11) throw new StorageError('invalid-request', 'too deep');
        await inner.write(key, source, options);
      },
    }),
    ['writing/new-folders'],
  ),
  memory(
    'an empty chunk is taken for the end',
    (inner) => ({
      write: (key, source, options) =>
        inner.write(
          key,
          {
            size: source.size,
            open: async function* open(range) {
              for await (const chunk of source.open(range)) {
                if (chunk.length === 0) return;
                yield chunk;
              }
            },
          },
          options,
        ),
    }),
    ['writing/empty-chunks'],
  ),
  memory(
    'an MD5 in lower case is refused',
    (inner) => ({
      write: (key, source, options) =>
        inner.write(key, source, options?.md5 === undefined ? options : { ...options, md5: options.md5.toUpperCase() }),
    }),
    ['writing/right-md5', 'writing/big-object'],
  ),
  memory(
    'a source is opened once and gone on with at the next try',
    (inner) => {
      const opened = new WeakMap<ByteSource, AsyncIterator<Uint8Array>>();
      return {
        write: (key, source, options) => {
          const iterator = opened.get(source) ?? source.open()[Symbol.asyncIterator]();
          opened.set(source, iterator);
          return inner.write(
            key,
            { size: source.size, open: () => ({ [Symbol.asyncIterator]: () => ({ next: () => iterator.next() }) }) },
            options,
          );
        },
      };
    },
    ['writing/reopens-source'],
  ),
  memory(
    'the barrier fails when nothing was written',
    () => ({ sync: () => Promise.reject(new StorageError('invalid-request', 'nothing to do')) }),
    ['writing/sync'],
  ),
  memory(
    'chunks of one byte are skipped',
    (inner) => ({
      write: (key, source, options) =>
        inner.write(
          key,
          {
            size: source.size,
            open: async function* open(range) {
              for await (const chunk of source.open(range)) if (chunk.length > 1 || source.size === 1) yield chunk;
            },
          },
          options,
        ),
    }),
    ['writing/any-chunks'],
  ),
  memory(
    'an object is there only some time after its write',
    (inner) => {
      const late = new Set<string>();
      return {
        write: async (key, source, options) => {
          await inner.write(key, source, options);
          late.add(key);
        },
        stat: async (key, options) => {
          if (late.delete(key)) throw new StorageError('not-found', `no ${key} yet`);
          return inner.stat(key, options);
        },
      };
    },
    ['writing/readable-when-resolved'],
  ),
  memory(
    'a source of no bytes is stored without a look at its size',
    (inner) => ({
      write: async (key, source, options) => {
        const bytes = await readAll(source.open());
        await inner.write(key, bytes.length === 0 || source.size === 0 ? fixed(bytes) : source, options);
      },
    }),
    ['sources/empty', 'sources/not-empty'],
  ),
  memory(
    'an object is stored as soon as it has all its bytes, whatever its source says at the end',
    (inner) => ({
      write: async (key, source, options) => {
        const chunks: Uint8Array[] = [];
        let size = 0;
        for await (const chunk of source.open()) {
          chunks.push(chunk);
          size += chunk.length;
          if (size >= source.size) break;
        }
        await inner.write(key, { ...fixed(new Uint8Array(Buffer.concat(chunks))), size: source.size }, options);
      },
    }),
    ['sources/throws-at-last'],
  ),
  memory(
    'errors of a source are hidden behind one of the storage',
    (inner) => ({
      write: (key, source, options) =>
        inner.write(key, source, options).catch((error: unknown) => {
          throw isStorageError(error) ? error : new StorageError('interrupted', 'the upload failed');
        }),
    }),
    ['sources/throws-at-first', 'sources/does-not-open', 'sources/throws-in-the-middle'],
  ),
  memory(
    'a key whose write failed stays locked',
    (inner) => {
      const locked = new Set<string>();
      return {
        write: async (key, source, options) => {
          if (locked.has(key)) throw new StorageError('unavailable', `${key} is locked`);
          locked.add(key);
          await inner.write(key, source, options);
          locked.delete(key);
        },
      };
    },
    ['sources/after-failure'],
  ),
  memory(
    'a shorter object keeps the end of the longer one before it',
    (inner) => ({
      write: async (key, source, options) => {
        const old = await inner.read(key).then(readAll, () => new Uint8Array());
        const bytes = await readAll(source.open());
        await inner.write(key, fixed(new Uint8Array(Buffer.concat([bytes, old.subarray(bytes.length)]))), options);
      },
    }),
    ['replacing/whole'],
  ),
  memory(
    'the old object is removed before the new one is there',
    (inner) => ({
      write: async (key, source, options) => {
        await inner.remove([key]);
        await inner.write(key, source, options);
      },
    }),
    ['replacing/at-once', 'replacing/short-source', 'replacing/long-source', 'replacing/failing-source', 'replacing/wrong-md5'],
  ),
];
