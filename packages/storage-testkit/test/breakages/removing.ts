import { StorageError } from '@datapin/storage';

import { type Breakage, memory } from './breakage.ts';

/** Storages that remove wrong. */
export const removingBreakages: readonly Breakage[] = [
  memory(
    'removing a key removes everything that begins with it',
    (inner) => ({
      remove: async (keys, options) => {
        for (const key of keys)
          for await (const page of inner.list(key))
            await inner.remove(
              page.map((info) => info.key),
              options,
            );
      },
    }),
    ['removing/gone', 'removing/prefix-stays'],
  ),
  memory(
    'removing what is not there fails',
    (inner) => ({
      remove: async (keys, options) => {
        for (const key of keys) await inner.stat(key);
        await inner.remove(keys, options);
      },
    }),
    ['removing/not-there'],
  ),
  memory(
    'at most a hundred keys are removed by one call',
    (inner) => ({ remove: (keys, options) => inner.remove(keys.slice(0, 100), options) }),
    ['removing/many'],
  ),

  memory(
    'a key named twice is no key',
    (inner) => ({
      remove: async (keys, options) => {
        if (new Set(keys).size < keys.length) throw new StorageError('invalid-request', 'a key came twice');
        await inner.remove(keys, options);
      },
    }),
    ['removing/again'],
  ),
  memory(
    'removing nothing removes everything',
    (inner) => ({
      remove: async (keys, options) => {
        if (keys.length > 0) return inner.remove(keys, options);
        for await (const page of inner.list('')) await inner.remove(page.map(({ key }) => key));
      },
    }),
    ['removing/none'],
  ),
  memory(
    'the folder above an object goes with it',
    (inner) => ({
      remove: async (keys, options) => {
        for (const key of keys) {
          const folder = key.slice(0, key.lastIndexOf('/') + 1);
          const above = folder.slice(0, folder.slice(0, -1).lastIndexOf('/') + 1);
          if (above !== '') for await (const page of inner.list(above)) await inner.remove(page.map((info) => info.key));
        }
        await inner.remove(keys, options);
      },
    }),
    ['removing/last-of-folder'],
  ),
  memory(
    'a removed key is never given again',
    (inner) => {
      const gone = new Set<string>();
      return {
        remove: async (keys, options) => {
          for (const key of keys) gone.add(key);
          await inner.remove(keys, options);
        },
        write: async (key, source, options) => {
          if (gone.has(key)) throw new StorageError('invalid-request', `${key} was removed`);
          await inner.write(key, source, options);
        },
      };
    },
    ['removing/written-again'],
  ),
  memory(
    'a removal that somebody else was faster with fails',
    (inner) => {
      const busy = new Set<string>();
      return {
        remove: async (keys, options) => {
          for (const key of keys) if (busy.has(key)) throw new StorageError('not-found', `${key} is gone`);
          for (const key of keys) busy.add(key);
          await inner.remove(keys, options);
          for (const key of keys) busy.delete(key);
        },
      };
    },
    ['removing/at-once'],
  ),
  memory(
    'a body ends where its object was removed',
    (inner) => ({
      read: async (key, options) => {
        const stream = await inner.read(key, options);
        return (async function* ending() {
          for await (const chunk of stream) {
            if ((await inner.stat(key).catch(() => undefined)) === undefined) return;
            yield chunk;
          }
        })();
      },
    }),
    ['removing/while-read'],
  ),
];
