import { StorageError } from '@datapin/storage';

import { readAll } from '../../src/index.ts';
import { type Breakage, fixed, memory, memoryPluginWith, without } from './breakage.ts';

/** Storages whose calls, alone or at once, begin or end wrong. */
export const callBreakages: readonly Breakage[] = [
  memory(
    'an upload cannot be aborted',
    (inner) => ({ write: (key, source, options) => inner.write(key, source, without('signal', options)) }),
    ['cancelling/before', 'cancelling/mid-upload'],
  ),
  memory(
    'aborting is noticed only before the first byte',
    (inner) => ({
      read: async (key, { signal, ...options } = {}) => {
        signal?.throwIfAborted();
        return inner.read(key, options);
      },
    }),
    ['cancelling/in-body'],
  ),
  memory(
    'aborting gives an error of its own instead of the reason',
    (inner) => ({
      stat: (key, options = {}) =>
        inner.stat(key, options).catch((error: unknown) => {
          throw options.signal?.aborted === true ? new StorageError('interrupted', 'aborted') : error;
        }),
    }),
    ['cancelling/before'],
  ),
  memory(
    'writers of one key share a buffer',
    (inner) => {
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
    ['concurrency/same-key'],
  ),
  memory(
    'a body is fetched in parts, whatever the object is by then',
    (inner) => ({
      read: async (key, options) => {
        const { size } = await inner.stat(key, options);
        return (async function* parts() {
          for (let start = 0; start < size; start += 100_000) {
            yield await readAll(await inner.read(key, { ...options, range: { start, end: Math.min(start + 100_000, size) } }));
          }
        })();
      },
    }),
    ['concurrency/replaced-while-read'],
  ),
  memory(
    'closing twice fails',
    (inner) => {
      let closed = false;
      return {
        [Symbol.asyncDispose]: async () => {
          if (closed) throw new Error('closed already');
          closed = true;
          await inner[Symbol.asyncDispose]();
        },
      };
    },
    ['closing/twice'],
  ),

  memory(
    'a write is given up only when it is done',
    (inner) => ({
      write: async (key, source, options) => {
        await inner.write(key, source, without('signal', options));
        options?.signal?.throwIfAborted();
      },
    }),
    ['cancelling/before-does-nothing', 'cancelling/mid-upload', 'cancelling/old-stays', 'cancelling/waiting-source'],
  ),
  memory(
    'a body that was asked for comes, aborted or not',
    (inner) => ({
      read: async (key, { signal, ...options } = {}) => {
        signal?.throwIfAborted();
        return inner.read(key, options);
      },
    }),
    ['cancelling/before-body', 'cancelling/all-at-once', 'cancelling/in-body'],
  ),
  memory(
    'a listing that has begun goes on to its end',
    (inner) => ({
      list: (prefix, options) => {
        options?.signal?.throwIfAborted();
        return inner.list(prefix, without('signal', options));
      },
    }),
    ['cancelling/between-pages'],
  ),
  memory(
    'one abort ends everything',
    (inner) => {
      const signals = new Set<AbortSignal>();
      const stop = new AbortController();
      return {
        write: (key, source, options = {}) => {
          if (options.signal !== undefined && !signals.has(options.signal)) {
            const { signal } = options;
            signals.add(signal);
            signal.addEventListener('abort', () => stop.abort(signal.reason));
          }
          return inner.write(key, source, { ...options, signal: stop.signal });
        },
      };
    },
    ['cancelling/others-go-on'],
  ),
  memory(
    'an abort takes back what was done long before',
    (inner) => ({
      write: async (key, source, options) => {
        await inner.write(key, source, options);
        options?.signal?.addEventListener('abort', () => void inner.remove([key]));
      },
    }),
    ['cancelling/too-late', 'cancelling/lets-signal-go'],
  ),
  memory(
    'all calls share one buffer',
    (inner) => {
      let shared = new Uint8Array();
      return {
        write: async (key, source, options) => {
          shared = (await readAll(source.open())) as Uint8Array<ArrayBuffer>;
          await new Promise(setImmediate);
          await inner.write(key, fixed(shared), options);
        },
      };
    },
    ['concurrency/many-calls', 'concurrency/new-folder'],
  ),
  memory(
    'calls beyond what it likes are refused',
    (inner) => {
      let running = 0;
      return {
        read: async (key, options) => {
          if (running >= inner.traits.maxConnections) throw new StorageError('unavailable', 'too many calls');
          running += 1;
          try {
            return await inner.read(key, options);
          } finally {
            running -= 1;
          }
        },
      };
    },
    ['concurrency/more-than-allowed'],
  ),
  memory(
    'an opening sees what it wrote itself',
    (inner) => {
      const own = new Set<string>();
      return {
        write: async (key, source, options) => {
          await inner.write(key, source, options);
          own.add(key);
        },
        stat: async (key, options) => {
          if (!own.has(key)) throw new StorageError('not-found', `no ${key}`);
          return inner.stat(key, options);
        },
      };
    },
    ['concurrency/two-openings'],
  ),
  memory(
    'closing needs a call before',
    (inner) => {
      let used = false;
      return {
        write: (key, source, options) => {
          used = true;
          return inner.write(key, source, options);
        },
        [Symbol.asyncDispose]: async () => {
          if (!used) throw new Error('there is nothing to close');
          await inner[Symbol.asyncDispose]();
        },
      };
    },
    ['closing/unused'],
  ),
  memory(
    'closing leaves a write half done',
    (inner) => {
      let pending: string | undefined;
      return {
        write: async (key, source, options) => {
          pending = key;
          await inner.write(key, source, options);
          pending = undefined;
        },
        [Symbol.asyncDispose]: async () => {
          if (pending !== undefined) await inner.write(pending, fixed(Uint8Array.of(1)));
          await inner[Symbol.asyncDispose]();
        },
      };
    },
    ['closing/in-flight'],
  ),
  memory(
    'a call after closing never ends',
    (inner) => {
      let closed = false;
      return {
        stat: (key, options) => (closed ? new Promise(() => {}) : inner.stat(key, options)),
        [Symbol.asyncDispose]: async () => {
          closed = true;
          await inner[Symbol.asyncDispose]();
        },
      };
    },
    ['closing/later-calls'],
  ),
  memoryPluginWith(
    'closing closes everybody',
    (plugin) => {
      const all = new Set<AsyncDisposable>();
      return {
        ...plugin,
        open: async (remote, host) => {
          const storage = await plugin.open(remote, host);
          all.add(storage);
          return {
            ...storage,
            [Symbol.asyncDispose]: async () => {
              for (const one of all) await one[Symbol.asyncDispose]();
            },
          };
        },
      };
    },
    ['closing/other-openings'],
  ),
  memoryPluginWith(
    'a folder that another opening is making is a failure',
    (plugin) => {
      const making = new Set<string>();
      return {
        ...plugin,
        open: async (remote, host) => {
          const inner = await plugin.open(remote, host);
          const own = new Set<string>();
          return {
            ...inner,
            write: async (key, source, options) => {
              const folder = key.slice(0, key.lastIndexOf('/') + 1);
              if (making.has(folder) && !own.has(folder)) throw new StorageError('unavailable', `${folder} is being made`);
              making.add(folder);
              own.add(folder);
              await inner.write?.(key, source, options);
              making.delete(folder);
            },
          };
        },
      };
    },
    ['concurrency/two-writers'],
  ),
];
