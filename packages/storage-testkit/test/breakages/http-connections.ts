import { setTimeout as sleep } from 'node:timers/promises';

import { isStorageError, StorageError } from '@datapin/storage';

import { readAll, sourceOf } from '../../src/index.ts';
import { type Breakage, failingOtherwise, http } from './breakage.ts';

/** Plugins that take what happens on the way wrong. */
export const connectionBreakages: readonly Breakage[] = [
  http(
    'a connection that breaks is for ever',
    { broken: (error) => (isStorageError(error) ? error : new StorageError('invalid-request', 'the connection broke')) },
    [
      'connections/reset',
      'connections/hang-up',
      'connections/unknown-host',
      'uploads/cut',
      'uploads/any-request-fails',
      'uploads/any-request-of-big-fails',
      'many-requests/listing-fails-whole',
      'many-requests/removal-fails-whole',
      'many-requests/listing-cut',
    ],
  ),
  http(
    'what cannot be understood is not there',
    { broken: (error) => (isStorageError(error) ? error : new StorageError('not-found', 'nothing there')) },
    ['connections/garbage', 'tls/no-tls-there'],
  ),
  http(
    'an answer has to come within 100 milliseconds',
    {
      wrapSend: (send) => (sent) =>
        Promise.race([
          send(sent),
          sleep(100).then(() => {
            throw new StorageError('timeout', 'too slow');
          }),
        ]),
    },
    ['connections/late-answer'],
  ),
  http(
    'one broken connection ends all',
    {
      wrapSend: (send) => {
        let running = new AbortController();
        return async (sent) => {
          const { signal } = running;
          const ended = new Promise<never>((_, reject) => {
            signal.addEventListener('abort', () => reject(new StorageError('interrupted', 'another one broke')));
          });
          ended.catch(() => {});
          try {
            return await Promise.race([send(sent), ended]);
          } catch (error) {
            running.abort();
            running = new AbortController();
            throw error;
          }
        };
      },
    },
    ['connections/one-fails'],
  ),
  http('connections stay open for the next one', { keepsConnections: true }, ['connections/closed-at-end']),
  oneClientPerHost(),
  http('what a failed upload left stays there', { giveUp: async () => {} }, ['uploads/any-request-fails', 'sources/wrong-md5']),
  http('the length of an upload is not told', { unknownLength: true }, ['uploads/states-length']),
  http('a failure while uploading is overlooked', {}, ['uploads/refused-early', 'uploads/cut', 'uploads/any-request-fails'], (inner) => ({
    write: (key, source, options) => inner.write(key, source, options).catch(() => {}),
  })),
  http('the old object is removed before the upload', {}, ['uploads/old-survives'], (inner) => ({
    write: async (key, source, options) => {
      await inner.remove([key]).catch(() => {});
      await inner.write(key, source, options);
    },
  })),
  http('what is stored in steps loses its end', {}, ['uploads/steps'], (inner) => ({
    write: async (key, source, options) => {
      if (options?.step === undefined) return inner.write(key, source, options);
      const bytes = await readAll(source.open());
      return inner.write(key, sourceOf(bytes.subarray(0, -1)));
    },
  })),
  http('an upload whose answer is lost is stored under another name besides', {}, ['uploads/any-answer-lost'], (inner) => ({
    write: (key, source, options) =>
      inner.write(key, source, options).catch(async (error: unknown) => {
        await inner.write(`${key}.1`, sourceOf(new Uint8Array(source.size)));
        throw error;
      }),
  })),
  http(
    'a listing ends where a page fails',
    {
      wrapListing: async function* wrapListing(pages) {
        try {
          yield* pages;
        } catch {
          // that was all
        }
      },
    },
    ['many-requests/listing-fails-whole', 'many-requests/listing-cut'],
  ),
  http('what cannot be removed is passed over', { ignoresFailedRemoval: true }, ['many-requests/removal-fails-whole']),
  http(
    'aborting gives an error of its own instead of the reason',
    {},
    ['waiting/no-answer', 'waiting/stalled-upload', 'cancelling/before'],
    (inner) => failingOtherwise(inner, () => new StorageError('interrupted', 'aborted')),
  ),
  http('aborting ends a body as if it were whole', {}, ['waiting/stalled-body'], (inner) => ({
    read: async (key, options) => {
      const stream = await inner.read(key, options);
      return (async function* ending() {
        try {
          yield* stream;
        } catch (error) {
          if (options?.signal?.aborted !== true) throw error;
        }
      })();
    },
  })),
  http('a stream that was left blocks the rest', {}, ['waiting/left-while-stalled'], (inner) => {
    let left = false;
    return {
      read: async (key, options) => {
        const stream = await inner.read(key, options);
        return (async function* blocking() {
          left = true;
          yield* stream;
          left = false;
        })();
      },
      stat: async (key, options) => {
        if (left) throw new StorageError('unavailable', 'a stream is being read');
        return inner.stat(key, options);
      },
    };
  }),
  http('any certificate will do', { trustsAnybody: true }, ['tls/unknown-authority', 'tls/other-host', 'tls/expired']),
  http('the file of authorities is not looked at', { trustsNobody: true }, ['tls/trusted']),
  http(
    'an error repeats what was sent',
    {
      broken: (error, secret) =>
        isStorageError(error) ? error : new StorageError('interrupted', `the request with Bearer ${secret} failed`),
    },
    ['echoes/connections', 'secrets/when-unreachable'],
  ),
];

/** A plugin that remembers where a host was reached. */
function oneClientPerHost(): Breakage {
  const breakage = http('a client is kept for each host, whatever the port', {}, ['connections/two-origins']);
  const { plugin } = breakage;
  const endpoints = new Map<string, string>();
  return {
    ...breakage,
    plugin: {
      ...plugin,
      open: (remote, host) => {
        const { hostname, origin } = new URL(String(remote.options['endpoint']));
        const endpoint = endpoints.get(hostname) ?? origin;
        endpoints.set(hostname, endpoint);
        return plugin.open({ ...remote, options: { ...remote.options, endpoint } }, host);
      },
    },
  };
}
