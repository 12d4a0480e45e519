import assert, { AssertionError } from 'node:assert/strict';

import { parseRemoteUrl, type Storage, type StoragePlugin } from '@datapin/storage';

import { sourceOf } from '../bytes.ts';
import type { FullStorage, Guarantee, StorageMethod } from './guarantee.ts';
import type { Lacks, SuiteLimits, TestRemote, TestServer } from './storage-under-test.ts';

/** What guarantees are tried on. */
export interface TrialGround {
  readonly plugin: StoragePlugin;
  readonly server: TestServer;
  readonly limits: SuiteLimits;
  readonly lacks?: Lacks;
}

/** Tries one guarantee on a fresh remote. Rejects when it is broken. Closes what was opened. */
export async function tryGuarantee(guarantee: Guarantee, { plugin, server, limits, lacks = {} }: TrialGround): Promise<void> {
  const before = new Set(await server.leftovers?.());
  const opened: Storage[] = [];
  const warnings: string[] = [];
  async function open(remote: TestRemote): Promise<FullStorage> {
    const storage = await openRemote(plugin, remote, (message) => warnings.push(message));
    opened.push(storage);
    return asFullStorage(storage, remote, server);
  }
  try {
    const remote = await server.emptyRemote();
    const storage = await open(remote);
    await guarantee.check({ plugin, storage, remote, limits, server, lacks, warnings, open });
  } finally {
    await Promise.all(opened.map((storage) => storage[Symbol.asyncDispose]()));
  }
  const left = (await server.leftovers?.()) ?? [];
  assert.deepEqual(
    left.filter((one) => !before.has(one)),
    [],
    'left behind in the store',
  );
}

/** Opens a remote as core does: with the options given, nothing tracked by git, and an environment of its own. */
export async function openRemote(plugin: StoragePlugin, remote: TestRemote, warn: (message: string) => void = () => {}): Promise<Storage> {
  return plugin.open(
    { name: 'under-test', url: parseRemoteUrl(remote.url), options: remote.options ?? {}, tracked: new Set() },
    { env: remote.env ?? {}, warn },
  );
}

const methods: readonly StorageMethod[] = ['write', 'remove', 'list'];

function asFullStorage(storage: Storage, remote: TestRemote, server: TestServer): FullStorage {
  const lacking = (name: string) => (): never => {
    throw new AssertionError({ message: `the storage offers no \`${name}\`` });
  };
  return {
    traits: storage.traits,
    offers: new Set(methods.filter((method) => storage[method] !== undefined)),
    stat: storage.stat.bind(storage),
    read: storage.read.bind(storage),
    write: storage.write?.bind(storage) ?? lacking('write'),
    sync: storage.sync?.bind(storage) ?? (async () => {}),
    remove: storage.remove?.bind(storage) ?? lacking('remove'),
    list: storage.list?.bind(storage) ?? lacking('list'),
    pathOf: storage.pathOf?.bind(storage),
    async put(key, bytes) {
      if (storage.write !== undefined) return storage.write(key, sourceOf(bytes));
      assert.ok(server.put !== undefined, 'the storage cannot write, and the test server gives no `put`');
      await server.put(remote, key, bytes);
    },
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  };
}
