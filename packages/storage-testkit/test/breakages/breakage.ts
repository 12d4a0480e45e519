import type { ByteSource, ByteStream, ObjectInfo, Storage, StoragePlugin } from '@datapin/storage';

import { memoryPlugin, readAll, type TestServer } from '../../src/index.ts';
import { httpStorePlugin } from '../http-store/plugin.ts';
import type { Habits } from '../http-store/request.ts';
import { startHttpStoreServer } from '../http-store/test-server.ts';

/** A storage that keeps the contract but for one thing. */
export interface Breakage {
  /** What is wrong, as one would say it in a bug report. */
  readonly bug: string;
  readonly plugin: StoragePlugin;
  readonly start: () => Promise<TestServer>;
  /** Guarantees that have to notice. */
  readonly noticedBy: readonly string[];
}

/** A storage with every method, some replaced. */
export type Whole = Required<Omit<Storage, 'pathOf'>>;

type Change = (inner: Whole) => Partial<Storage>;

/** The memory storage with some methods replaced. */
export function memory(bug: string, change: Change, noticedBy: readonly string[]): Breakage {
  return memoryPluginWith(bug, (plugin) => ({ ...plugin, open: changedOpen(plugin, change) }), noticedBy);
}

/** The memory plugin with something about the plugin itself replaced. */
export function memoryPluginWith(bug: string, change: (plugin: StoragePlugin) => StoragePlugin, noticedBy: readonly string[]): Breakage {
  return { bug, plugin: change(memoryPlugin()), start: startMemory, noticedBy };
}

/** The plugin of the small HTTP store with other habits, and perhaps some methods replaced. */
export function http(bug: string, habits: Partial<Habits>, noticedBy: readonly string[], change: Change = () => ({})): Breakage {
  const plugin = httpStorePlugin(habits);
  return { bug, plugin: { ...plugin, open: changedOpen(plugin, change) }, start: startHttpStoreServer, noticedBy };
}

function changedOpen(plugin: StoragePlugin, change: Change): StoragePlugin['open'] {
  return async (remote, host) => {
    const inner = await plugin.open(remote, host);
    const whole = { sync: async () => {}, ...inner } as Whole;
    return { ...inner, ...change(whole) };
  };
}

let remotes = 0;

async function startMemory(): Promise<TestServer> {
  return {
    emptyRemote: async () => ({ url: `memory://remote-${(remotes += 1)}` }),
    refusedRemote: async () => ({ url: 'memory://refused', options: { access: 'refused' } }),
    unreachableRemote: async () => ({ url: 'memory://unreachable', options: { access: 'unreachable' } }),
    secrets: ['hunter2'],
    [Symbol.asyncDispose]: async () => {},
  };
}

export async function* mapBytes(stream: ByteStream, change: (bytes: Uint8Array) => Uint8Array): ByteStream {
  yield change(await readAll(stream));
}

export async function* mapPages(
  pages: AsyncIterable<readonly ObjectInfo[]>,
  change: (page: readonly ObjectInfo[], number: number) => readonly ObjectInfo[],
): AsyncIterable<readonly ObjectInfo[]> {
  let number = 0;
  for await (const page of pages) yield change(page, number++);
}

export function without<Options extends object>(name: keyof Options, options: Options | undefined): Options {
  return { ...options, [name]: undefined } as Options;
}

/** A source, or with `open()` a stream, of these bytes. */
export function fixed(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    open: async function* open() {
      yield bytes;
    },
  };
}

/** Calls that fail by an error that `change` makes of the real one. */
export function failingOtherwise(inner: Whole, change: (error: unknown, key: string) => unknown): Partial<Storage> {
  const other =
    (key: string) =>
    (error: unknown): never => {
      throw change(error, key);
    };
  return {
    stat: (key, options) => inner.stat(key, options).catch(other(key)),
    read: (key, options) => inner.read(key, options).catch(other(key)),
    write: (key, source, options) => inner.write(key, source, options).catch(other(key)),
    remove: (keys, options) => inner.remove(keys, options).catch(other(keys[0] ?? '')),
  };
}
