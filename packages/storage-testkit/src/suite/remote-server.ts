import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

import type { StoragePlugin } from '@datapin/storage';

import { sourceOf } from '../bytes.ts';
import { below } from './below.ts';
import type { TestRemote, TestServer } from './storage-under-test.ts';
import { openRemote } from './try-guarantee.ts';

export interface RemoteServerOptions {
  readonly plugin: StoragePlugin;
  /** Where a folder for the tests is made. */
  readonly remote: TestRemote;
  /** `http://host:port` as it stands in the remote's URL, options or environment. */
  readonly httpOrigin?: string | undefined;
  /** Options that the store refuses, in place of those of the remote. */
  readonly refusedOptions?: TestRemote['options'];
}

/** A test server made of a remote that exists already. */
export interface RemoteServer extends TestServer {
  /** The folder that holds everything the tests write. */
  readonly folder: TestRemote;
}

/**
 * Uses a remote that exists as the store under test: each guarantee gets a folder of its own in a new folder of it. Throws a `TypeError` when
 * the origin stands nowhere in the remote, so that no proxy could be put in its place.
 */
export function remoteServer({ plugin, remote, httpOrigin, refusedOptions }: RemoteServerOptions): RemoteServer {
  const folder = below(remote, `datapin-test-${randomBytes(6).toString('hex')}`);
  let remotes = 0;
  async function next(): Promise<TestRemote> {
    const made = below(folder, String((remotes += 1)));
    await makeFolder(plugin, made);
    return made;
  }
  if (httpOrigin !== undefined && JSON.stringify(atOrigin(remote, httpOrigin, 'http://a')) === JSON.stringify(remote)) {
    throw new TypeError(`neither the URL nor an option of the remote has ${httpOrigin} or its host and port in it`);
  }

  return {
    folder,
    secrets: secretsOf(plugin, remote),
    ...(httpOrigin === undefined ? {} : { httpOrigin }),
    emptyRemote: async (origin) => (origin === undefined || httpOrigin === undefined ? next() : atOrigin(await next(), httpOrigin, origin)),
    ...(refusedOptions === undefined
      ? {}
      : { refusedRemote: async () => ({ ...(await next()), options: { ...remote.options, ...refusedOptions } }) }),
    ...(httpOrigin === undefined
      ? {}
      : { unreachableRemote: async () => atOrigin(folder, httpOrigin, `http://127.0.0.1:${await freePort()}`) }),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** A folder that is not there is no empty remote to every storage, so something is written there and removed. */
async function makeFolder(plugin: StoragePlugin, remote: TestRemote): Promise<void> {
  try {
    await using storage = await openRemote(plugin, remote);
    if (storage.remove === undefined) return;
    await storage.write?.('first', sourceOf(new Uint8Array()));
    await storage.remove(['first']);
  } catch {
    // the guarantees tell what does not work
  }
}

/** A remote with one origin in place of another, wherever it stands: with its scheme, or as host and port alone. */
function atOrigin(remote: TestRemote, from: string, to: string): TestRemote {
  const [old, other] = [new URL(from), new URL(to)];
  const replace = <Value>(value: Value): Value | string =>
    typeof value === 'string' ? value.replaceAll(old.origin, other.origin).replaceAll(old.host, other.host) : value;
  const each = <Value>(values: Readonly<Record<string, Value>>): Record<string, Value | string> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, replace(value)]));
  return {
    url: replace(remote.url),
    ...(remote.options === undefined ? {} : { options: each(remote.options) }),
    ...(remote.env === undefined ? {} : { env: each(remote.env) }),
  };
}

/** What must not be printed: values of options that are marked as secret, and a password in the URL. */
function secretsOf(plugin: StoragePlugin, { url, options = {} }: TestRemote): readonly string[] {
  const values = Object.entries(options).flatMap(([name, value]) =>
    plugin.options[name]?.secret === true && typeof value === 'string' ? [value] : [],
  );
  const password = /^[^/]*\/\/[^/@:]*:([^/]*)@/u.exec(url)?.[1];
  return password === undefined ? values : [...values, password];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 9;
}
