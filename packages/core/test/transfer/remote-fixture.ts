import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Liar, lyingPlugin, memoryPlugin } from '@datapin/storage-testkit';

import type { Cache } from '../../src/cache/cache.ts';
import { openCache } from '../../src/cache/file-cache.ts';
import type { WriteOptions } from '@datapin/storage';

import type { ConfigEntry } from '../../src/config/config.ts';
import type { DatapinEvent, OperationContext } from '../../src/events.ts';
import { objectKey } from '../../src/hashing/object-id.ts';
import type { Project } from '../../src/project/project.ts';
import { type RemotePool, remotePool } from '../../src/transfer/remote-pool.ts';
import type { WantedObject } from '../../src/transfer/wanted-object.ts';

/** A cache in a temp folder and a remote in memory, with what the pair of them did. */
export interface TransferFixture extends AsyncDisposable {
  readonly cache: Cache;
  readonly pool: RemotePool;
  readonly context: OperationContext;
  readonly events: DatapinEvent[];
  /** Key → bytes of what the remote holds. */
  readonly remoteObjects: {
    get(key: string): Uint8Array | undefined;
    put(key: string, bytes: Uint8Array): void;
    keys(): string[];
    delete(key: string): void;
  };
  /** Keys in the order in which they were written. */
  readonly written: string[];
}

export interface TransferFixtureOptions {
  readonly liar?: Liar;
  readonly access?: string;
  /** Called when the remote has all bytes of an object; may throw what the store is to answer. */
  readonly beforeWritten?: (options: WriteOptions | undefined) => Promise<void> | void;
  /** How long a call is tried again, in milliseconds. */
  readonly retryBudget?: number;
}

export function transferFixture(options: TransferFixtureOptions = {}): TransferFixture {
  const folder = mkdtempSync(join(tmpdir(), 'datapin-transfer-'));
  const memory = memoryPlugin();
  const written: string[] = [];
  const honest = {
    ...memory,
    open: async (...parameters: Parameters<typeof memory.open>) => {
      const storage = await memory.open(...parameters);
      return {
        ...storage,
        write: async (...call: Parameters<NonNullable<typeof storage.write>>): Promise<void> => {
          await storage.write?.(...call);
          await options.beforeWritten?.(call[2]);
          written.push(call[0]);
        },
      };
    },
  };
  const plugin = options.liar === undefined ? honest : lyingPlugin(honest, options.liar);
  const events: DatapinEvent[] = [];
  const context: OperationContext = { signal: new AbortController().signal, report: (event) => events.push(event) };
  const access: ConfigEntry = { value: options.access ?? '', level: 'local', file: undefined };
  const remote = {
    name: 'store',
    url: 'memory://box/data',
    options: new Map(options.access === undefined ? [] : [['access', access]]),
    tracked: new Set<string>(),
    local: new Set<string>(),
  };
  const project: Project = {
    root: folder,
    cwd: folder,
    dvcDir: join(folder, '.dvc'),
    tmpDir: join(folder, '.dvc', 'tmp'),
    env: {},
    git: undefined,
    storages: { load: async () => plugin },
    config: {
      sections: new Map(),
      remotes: new Map([['store', remote]]),
      core: { remote: 'store', checksumJobs: undefined, noScm: true, autostage: false, hardlinkLock: false },
      cache: { dir: join(folder, '.dvc', 'cache'), level: 'default', types: ['copy'], shared: false, slowLinkWarning: false },
      parsing: { bool: 'store_true', list: 'nargs' },
    },
  };
  const quick = { firstWait: 1, longestWait: 2, budget: options.retryBudget ?? 20, random: () => 0 };
  const cache = openCache(project.config.cache);
  const pool = remotePool(project, context, { policy: quick });
  const prefix = 'box/data/';
  return {
    cache,
    pool,
    context,
    events,
    written,
    remoteObjects: {
      get: (key) => memory.objects.get(prefix + key),
      put: (key, bytes) => memory.objects.set(prefix + key, bytes),
      keys: () => [...memory.objects.keys()].map((key) => key.slice(prefix.length)),
      delete: (key) => memory.objects.delete(prefix + key),
    },
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]();
      cache[Symbol.dispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Bytes with the object that they are. */
export function objectOf(
  text: string,
  path = `${text.slice(0, 20)}.txt`,
): { readonly wanted: WantedObject; readonly bytes: Buffer; readonly key: string } {
  const bytes = Buffer.from(text);
  const id = { algorithm: 'md5' as const, value: createHash('md5').update(bytes).digest('hex') };
  return { wanted: { id, path, size: bytes.length }, bytes, key: objectKey(id) };
}
