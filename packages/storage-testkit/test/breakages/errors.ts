import { isStorageError, StorageError } from '@datapin/storage';

import { type Breakage, failingOtherwise, memory, memoryPluginWith } from './breakage.ts';

/** Storages that fail wrong. */
export const errorBreakages: readonly Breakage[] = [
  memory(
    'refused access is reported as not-found',
    (inner) => ({
      stat: (key, options) =>
        inner.stat(key, options).catch((error: unknown) => {
          throw isStorageError(error) && error.code === 'forbidden' ? new StorageError('not-found', `no ${key}`) : error;
        }),
    }),
    ['errors/refused'],
  ),
  memory(
    'errors carry no code',
    (inner) => ({
      stat: (key, options) =>
        inner.stat(key, options).catch((error: unknown) => Promise.reject(new Error(`stat failed: ${String(error)}`))),
    }),
    ['errors/not-found', 'errors/unreachable'],
  ),
  memory(
    'an error tells the secret',
    () => ({ read: () => Promise.reject(new StorageError('not-found', 'no object no-such-object at memory://user:hunter2@host')) }),
    ['secrets/when-missing'],
  ),

  memory(
    'a key that cannot be throws at once',
    (inner) => ({
      read: (key, options) => {
        if (key === '') throw new StorageError('invalid-request', 'an empty key');
        return inner.read(key, options);
      },
    }),
    ['errors/reject-not-throw'],
  ),
  memory(
    'messages are stacks',
    (inner) => failingOtherwise(inner, (error) => (isStorageError(error) ? new StorageError(error.code, error.stack ?? '') : error)),
    ['errors/plain-messages'],
  ),
  memory(
    'a refusal is taken for an outage',
    (inner) =>
      failingOtherwise(inner, (error) =>
        isStorageError(error) && error.code === 'forbidden' ? new StorageError('unavailable', error.message) : error,
      ),
    ['errors/refused', 'errors/refusal-stays'],
  ),
  memory(
    'an outage is taken for a missing object',
    (inner) =>
      failingOtherwise(inner, (error) =>
        isStorageError(error) && error.code === 'unavailable' ? new StorageError('not-found', error.message) : error,
      ),
    ['errors/unreachable'],
  ),
  memory(
    'the cause of an error holds the credentials, in base64',
    (inner) =>
      failingOtherwise(inner, (error) =>
        isStorageError(error)
          ? new StorageError(error.code, error.message, { cause: { headers: `Basic ${btoa('user:hunter2')}` } })
          : error,
      ),
    ['secrets/when-missing', 'secrets/when-refused', 'secrets/when-unreachable'],
  ),
  memory(
    'errors after closing name the address with its password',
    (inner) => {
      let closed = false;
      return {
        ...failingOtherwise(inner, (error) => (closed ? new StorageError('interrupted', 'memory://me:hunter2@host was closed') : error)),
        [Symbol.asyncDispose]: async () => {
          closed = true;
          await inner[Symbol.asyncDispose]();
        },
      };
    },
    ['secrets/when-closed'],
  ),
  memoryPluginWith(
    'a password that cannot be used is repeated, URL-encoded',
    (plugin) => ({
      ...plugin,
      options: { ...plugin.options, password: { type: 'string', description: 'a password', secret: true } },
      open: async (remote, host) => {
        const { password } = remote.options;
        if (password !== undefined)
          throw new StorageError('invalid-request', `no such user at me:${encodeURIComponent(String(password))}@host`);
        return plugin.open(remote, host);
      },
    }),
    ['secrets/each-option'],
  ),
];
