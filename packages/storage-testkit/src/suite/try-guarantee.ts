import assert, { AssertionError } from 'node:assert/strict';

import { parseRemoteUrl, type Storage, type StoragePlugin } from '@datapin/storage';

import type { FullStorage, Guarantee } from './guarantee.ts';
import type { SuiteLimits, TestRemote, TestServer } from './storage-under-test.ts';

/** Tries one guarantee on a fresh remote. Rejects when it is broken. Closes what was opened. */
export async function tryGuarantee(guarantee: Guarantee, plugin: StoragePlugin, server: TestServer, limits: SuiteLimits): Promise<void> {
  const opened: Storage[] = [];
  async function open(remote: TestRemote): Promise<FullStorage> {
    const storage = await openRemote(plugin, remote);
    opened.push(storage);
    return asFullStorage(storage);
  }
  try {
    const storage = await open(await server.emptyRemote());
    await guarantee.check({ storage, limits, server, open });
  } finally {
    await Promise.all(opened.map((storage) => storage[Symbol.asyncDispose]()));
  }
  assert.deepEqual((await server.leftovers?.()) ?? [], [], 'left behind in the store');
}

/** Opens a remote as core does: with the options given, nothing tracked by git, and an environment of its own. */
export async function openRemote(plugin: StoragePlugin, remote: TestRemote): Promise<Storage> {
  return plugin.open(
    { name: 'under-test', url: parseRemoteUrl(remote.url), options: remote.options ?? {}, tracked: new Set() },
    { env: remote.env ?? {}, warn: () => {} },
  );
}

function asFullStorage(storage: Storage): FullStorage {
  const lacking = (name: string) => (): never => {
    throw new AssertionError({ message: `the storage offers no \`${name}\`` });
  };
  return {
    traits: storage.traits,
    stat: storage.stat.bind(storage),
    read: storage.read.bind(storage),
    write: storage.write?.bind(storage) ?? lacking('write'),
    sync: storage.sync?.bind(storage) ?? (async () => {}),
    remove: storage.remove?.bind(storage) ?? lacking('remove'),
    list: storage.list?.bind(storage) ?? lacking('list'),
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  };
}
