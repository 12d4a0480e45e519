import { hash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Storage, StoragePlugin } from '@datapin/storage';
import { localPlugin } from '@datapin/storage-local';

import { add } from '../../src/operations/add.ts';
import { checkout, type CheckoutRequest, type CheckoutResult } from '../../src/operations/checkout.ts';
import { commit, type CommitRequest, type CommitResult } from '../../src/operations/commit.ts';
import { fetch, type FetchRequest, type FetchResult } from '../../src/operations/fetch.ts';
import { pull, type PullRequest, type PullResult } from '../../src/operations/pull.ts';
import { push, type PushRequest, type PushResult } from '../../src/operations/push.ts';
import { addRequest } from './add-request.ts';
import { makeProject, type TemporaryProject } from './temporary-project.ts';
import { transferRequest } from './transfer-request.ts';

/** What a test may put between core and the folder behind a remote. */
export interface Spy {
  /** Called before an object is read; may wait, or throw what the store is to answer. */
  beforeRead?: (key: string) => Promise<void> | void;
  beforeWrite?: (key: string) => Promise<void> | void;
}

type Changes<Request> = Partial<Request> & { readonly cwd?: string; readonly signal?: AbortSignal };

/** A project with a folder remote `store` (and a second one, `other`), and every operation on them with the defaults of the command line. */
export interface RemoteScene extends TemporaryProject {
  readonly spy: Spy;
  /** Keys that were read from and written to remotes, in order. */
  readonly reads: string[];
  readonly writes: string[];
  add(...targets: readonly string[]): Promise<void>;
  /** `git add` and `git commit` of everything that git sees. */
  save(message?: string): void;
  push(changes?: Changes<PushRequest>): Promise<PushResult>;
  fetch(changes?: Changes<FetchRequest>): Promise<FetchResult>;
  pull(changes?: Changes<PullRequest>): Promise<PullResult>;
  checkout(changes?: Changes<CheckoutRequest>): Promise<CheckoutResult>;
  commit(changes?: Changes<CommitRequest>): Promise<CommitResult>;
  /** Removes cache, state and the data at these paths: what a fresh clone has not got either. */
  wipe(...paths: readonly string[]): void;
  path(name: string): string;
  read(name: string): string;
  has(name: string): boolean;
  /** Files below a folder with their contents, `.dvc` and `.git` left out. */
  tree(folder?: string): Record<string, string>;
  /** The remote's folder. */
  remoteDir(name?: string): string;
  /** Keys of all objects on a remote. */
  remoteKeys(name?: string): string[];
  /** Paths of all objects in the cache, as keys. */
  cacheKeys(): string[];
}

/** The key of an object by its bytes. */
export function keyOf(content: string | Uint8Array, suffix = ''): string {
  return `files/md5/${hash('md5', content).replace(/^../u, '$&/')}${suffix}`;
}

/** Bytes of a directory object, made by hand so that they may say anything. */
export function directoryObject(entries: Readonly<Record<string, string>>): string {
  const listed = Object.entries(entries).map(
    ([relpath, content]) => `{"md5": "${hash('md5', content)}", "relpath": ${JSON.stringify(relpath)}}`,
  );
  return `[${listed.join(', ')}]`;
}

const remotes = '[core]\n    remote = store\n[\'remote "store"\']\n    url = ../../store\n[\'remote "other"\']\n    url = ../../other\n';

export function remoteScene(options: { readonly config?: string } = {}): RemoteScene {
  const spy: Spy = {};
  const reads: string[] = [];
  const writes: string[] = [];
  const plugin: StoragePlugin = {
    ...localPlugin,
    open: async (...call) => watched(await localPlugin.open(...call), { spy, reads, writes }),
  };
  const project = makeProject({ config: remotes + (options.config ?? ''), storages: { load: async () => plugin } });
  const { root } = project;
  const path = (name: string): string => join(root, name);
  const remoteDir = (name = 'store'): string => join(dirname(root), name);
  const context = (signal = project.context.signal): TemporaryProject['context'] => ({ ...project.context, signal });

  return {
    ...project,
    spy,
    reads,
    writes,
    path,
    remoteDir,
    read: (name) => readFileSync(path(name), 'utf8'),
    has: (name) => lstatSync(path(name), { throwIfNoEntry: false }) !== undefined,
    tree: (folder = '.') =>
      Object.fromEntries(filesBelow(path(folder)).map((name) => [name, readFileSync(join(path(folder), name), 'utf8')])),
    remoteKeys: (name) => filesBelow(remoteDir(name)),
    cacheKeys: () => filesBelow(path('.dvc/cache')),
    async add(...targets) {
      await add(await project.open(), addRequest(targets), project.context);
    },
    save(message = 'change') {
      project.git('add', '-A');
      project.git('commit', '-q', '--allow-empty', '-m', message);
    },
    push: async ({ cwd, signal, ...changes } = {}) => push(await project.open(cwd), { ...transferRequest, ...changes }, context(signal)),
    fetch: async ({ cwd, signal, ...changes } = {}) =>
      fetch(await project.open(cwd), { ...transferRequest, maxSize: undefined, types: [], ...changes }, context(signal)),
    pull: async ({ cwd, signal, ...changes } = {}) =>
      pull(await project.open(cwd), { ...transferRequest, force: false, allowMissing: false, ...changes }, context(signal)),
    checkout: async ({ cwd, signal, ...changes } = {}) =>
      checkout(
        await project.open(cwd),
        { targets: [], withDeps: false, recursive: false, force: false, relink: false, allowMissing: false, ...changes },
        context(signal),
      ),
    commit: async ({ cwd, signal, ...changes } = {}) =>
      commit(
        await project.open(cwd),
        { targets: [], force: false, withDeps: false, recursive: false, noRelink: false, ...changes },
        context(signal),
      ),
    wipe(...paths) {
      for (const name of ['.dvc/cache', '.dvc/tmp', ...paths]) rmSync(path(name), { recursive: true, force: true });
    },
    [Symbol.dispose]: () => project[Symbol.dispose](),
  };
}

function watched(storage: Storage, { spy, reads, writes }: Pick<RemoteScene, 'spy' | 'reads' | 'writes'>): Storage {
  return {
    ...storage,
    async read(key, options) {
      reads.push(key);
      await spy.beforeRead?.(key);
      return storage.read(key, options);
    },
    async write(key, ...rest) {
      writes.push(key);
      await spy.beforeWrite?.(key);
      await storage.write?.(key, ...rest);
    },
  };
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((name) => !/^(\.git|\.dvc)\//u.test(name))
    .sort();
}

/** Overwrites a file that is write-protected, keeping its mode. */
export function damage(path: string, content: string): void {
  const { mode } = statSync(path);
  chmodSync(path, 0o644);
  writeFileSync(path, content);
  chmodSync(path, mode & 0o7777);
}
