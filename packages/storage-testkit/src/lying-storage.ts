import type { ByteStream, ReadOptions, Storage, StoragePlugin } from '@datapin/storage';

import { readAll } from './bytes.ts';

/** What a reader gets in place of an object's bytes, without any error. */
export type Lie = 'flipped-byte' | 'truncated' | 'empty' | 'one-byte-too-many' | 'html-page';

export const allLies: readonly Lie[] = ['flipped-byte', 'truncated', 'empty', 'one-byte-too-many', 'html-page'];

/** Which lie to tell about a key, if any. Asked at every read, so that a lie can be told once. */
export type Liar = (key: string) => Lie | undefined;

const loginPage = '<!doctype html><html><head><title>Sign in</title></head><body>Please sign in to the network.</body></html>\n';

const distortions: Readonly<Record<Lie, (bytes: Uint8Array) => Uint8Array>> = {
  'flipped-byte': (bytes) => bytes.map((byte, index) => (index === bytes.length >> 1 ? byte ^ 0x01 : byte)),
  truncated: (bytes) => bytes.slice(0, Math.max(0, bytes.length - 1)),
  empty: () => new Uint8Array(),
  'one-byte-too-many': (bytes) => new Uint8Array(Buffer.concat([bytes, Uint8Array.of(0x0a)])),
  'html-page': () => new TextEncoder().encode(loginPage),
};

/** The bytes that a lie makes of an object's bytes. */
export function lieAbout(bytes: Uint8Array, lie: Lie): Uint8Array {
  return distortions[lie](bytes);
}

/** A storage whose `read` lies as told. Ranges are ranges of the lie. Everything else is the inner storage's, `pathOf` left out. */
export function lyingStorage(inner: Storage, liar: Liar): Storage {
  async function read(key: string, options: ReadOptions = {}): Promise<ByteStream> {
    const lie = liar(key);
    if (lie === undefined) return inner.read(key, options);
    const { range, ...rest } = options;
    const bytes = lieAbout(await readAll(await inner.read(key, rest)), lie);
    return once(range === undefined ? bytes : bytes.subarray(range.start, range.end));
  }
  return {
    traits: inner.traits,
    stat: inner.stat.bind(inner),
    read,
    ...(inner.write && { write: inner.write.bind(inner) }),
    ...(inner.sync && { sync: inner.sync.bind(inner) }),
    ...(inner.remove && { remove: inner.remove.bind(inner) }),
    ...(inner.list && { list: inner.list.bind(inner) }),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}

/** A plugin whose storages all lie as told; see {@link lyingStorage}. */
export function lyingPlugin<Plugin extends StoragePlugin>(inner: Plugin, liar: Liar): Plugin {
  return { ...inner, open: async (remote, host) => lyingStorage(await inner.open(remote, host), liar) };
}

async function* once(bytes: Uint8Array): ByteStream {
  if (bytes.length > 0) yield bytes;
}
