import { rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

import { isStorageError, redactor, type Storage, type StoragePlugin } from '@datapin/storage';

import { remoteServer, type RemoteServer, type RemoteServerOptions } from './remote-server.ts';
import { type GuaranteeResult, type RunOptions, runSuite } from './run-suite.ts';
import type { Conformance, Lacks, SuiteLimits } from './storage-under-test.ts';
import { openRemote } from './try-guarantee.ts';

export interface RemoteUnderTest extends RemoteServerOptions {
  /** What the plugin's author declares. What the storage, or this way of testing, lacks is found out besides. */
  readonly declared?: Pick<Conformance, 'lacks' | 'deviations'>;
  readonly limits?: Partial<SuiteLimits>;
}

export interface TestAtRemoteOptions extends RunOptions {
  /** Told after each guarantee. */
  readonly onResult?: (result: GuaranteeResult) => void;
}

export interface RemoteReport {
  readonly results: readonly GuaranteeResult[];
  /** URL of the folder that the tests wrote to. */
  readonly folder: string;
  /** Why objects of the tests are left in {@link folder}; absent when none are. */
  readonly left?: string;
}

/**
 * Runs the conformance suite on a remote that exists, in a new folder of it, and removes what it wrote. For whoever has a store but no way to
 * start one from a test. Rejects with the plugin's error when the remote cannot be opened, with a `TypeError` when what was declared makes no
 * sense, and with the signal's reason.
 */
export async function testAtRemote(underTest: RemoteUnderTest, { onResult, ...options }: TestAtRemoteOptions = {}): Promise<RemoteReport> {
  const server = remoteServer(underTest);
  const missing = await missingOf(underTest.plugin, server);
  const written: WrittenKeys = new Map();
  const results: GuaranteeResult[] = [];
  let left: string | undefined;
  try {
    const suite = runSuite(
      {
        plugin: rememberingWrites(underTest.plugin, written),
        start: async () => server,
        http: true,
        lacks: { ...missing, ...underTest.declared?.lacks },
        deviations: underTest.declared?.deviations ?? {},
        limits: underTest.limits ?? {},
      },
      options,
    );
    for await (const result of suite) {
      results.push(result);
      onResult?.(result);
    }
  } finally {
    left = await cleanUp(underTest.plugin, server, written);
  }
  return { results, folder: server.folder.url, ...(left === undefined ? {} : { left }) };
}

/** Keys that were written, by the path of the remote. */
type WrittenKeys = Map<string, Set<string>>;

/** What the storage does not offer, and what a remote alone cannot give. */
async function missingOf(plugin: StoragePlugin, server: RemoteServer): Promise<Lacks> {
  await using storage = await openRemote(plugin, server.folder);
  return {
    ...(storage.write === undefined
      ? { write: 'the plugin offers no `write`', put: 'no objects can be put there: the plugin offers no `write`' }
      : {}),
    ...(storage.remove === undefined ? { remove: 'the plugin offers no `remove`' } : {}),
    ...(storage.list === undefined ? { list: 'the plugin offers no `list`' } : {}),
    ...(server.httpOrigin === undefined
      ? {
          httpOrigin: 'the HTTP origin of the store was not given, so no failing proxy could be put before it',
          unreachableRemote: 'the HTTP origin of the store was not given, so no other could be put in its place',
        }
      : {}),
    ...(server.refusedRemote === undefined ? { refusedRemote: 'no credentials were given that the store refuses' } : {}),
    tlsRemote: 'how this plugin is told to use TLS and whom to trust is known in its own tests only',
  };
}

function rememberingWrites(plugin: StoragePlugin, written: WrittenKeys): StoragePlugin {
  return {
    ...plugin,
    open: async (remote, host) => {
      const storage = await plugin.open(remote, host);
      const write = storage.write?.bind(storage);
      if (write === undefined) return storage;
      const remembering: Storage['write'] = (key, source, options) => {
        const keys = written.get(remote.url.path) ?? new Set();
        written.set(remote.url.path, keys.add(key));
        return write(key, source, options);
      };
      return new Proxy(storage, { get: (target, name) => (name === 'write' ? remembering : bound(target, name)) });
    },
  };
}

function bound(storage: Storage, name: string | symbol): unknown {
  const member: unknown = Reflect.get(storage, name);
  return typeof member === 'function' ? member.bind(storage) : member;
}

/** Removes what the tests wrote: all that is listed or, where there is no listing, all that was written. Resolves with why something is left. */
async function cleanUp(plugin: StoragePlugin, server: RemoteServer, written: WrittenKeys): Promise<string | undefined> {
  try {
    await using storage = await openRemote(plugin, server.folder);
    if (storage.write === undefined) return undefined;
    if (storage.remove === undefined) return 'the plugin offers no `remove`';
    if (storage.list === undefined) return await removeWritten(plugin, server, written);
    const keys: string[] = [];
    for await (const page of storage.list('')) keys.push(...page.map(({ key }) => key));
    await storage.remove(keys);
    await removeFolder(storage, server);
    return undefined;
  } catch (error) {
    return redactor(server.secrets ?? [])(error instanceof Error ? error.message : String(error));
  }
}

/** Folders of this machine are left by nobody else. */
async function removeFolder(storage: Storage, { folder }: RemoteServer): Promise<void> {
  const place = storage.pathOf === undefined ? undefined : dirname(storage.pathOf('any'));
  if (place !== undefined && folder.url.endsWith(basename(place))) await rm(place, { recursive: true, force: true });
}

async function removeWritten(plugin: StoragePlugin, { folder }: RemoteServer, written: WrittenKeys): Promise<undefined> {
  for (const [path, keys] of written) {
    // a proxy may have stood in another place of the URL; the folder is the same
    const name = folder.url.slice(folder.url.lastIndexOf('/') + 1);
    const below = path.slice(path.indexOf(name) + name.length);
    await using storage = await openRemote(plugin, { ...folder, url: folder.url + below });
    for (const key of keys) {
      await storage.remove?.([key]).catch((error: unknown) => {
        // a key that the plugin refuses was never written
        if (!isStorageError(error) || error.code !== 'invalid-request') throw error;
      });
    }
  }
}
