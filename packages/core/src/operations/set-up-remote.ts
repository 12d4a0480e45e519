import { randomBytes } from 'node:crypto';

import {
  isStorageError,
  parseRemoteUrl,
  printRemoteUrl,
  type RemoteDraft,
  type SetupDialog,
  type SetupQuestion,
  type Storage,
  type StoragePlugin,
} from '@datapin/storage';

import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import { remoteFailure } from '../transfer/remote-failure.ts';
import type { ConfigScope, ConfigWriteResult } from './config-session.ts';
import { addRemote, listRemotes, modifyRemote } from './remotes.ts';

export interface SetUpRemoteRequest {
  /** Whose set-up it is: `gdrive`. */
  readonly scheme: string;
  /** Name of the new remote. */
  readonly name: string;
  readonly default: boolean;
  /** Replaces a remote of that name. */
  readonly force: boolean;
  /** The person, once it is known what will be asked. */
  readonly dialog: (questions: Readonly<Record<string, SetupQuestion>>) => SetupDialog;
}

export interface SetUpRemoteResult {
  readonly name: string;
  readonly url: string;
  /** What was written, and where. */
  readonly written: readonly ConfigWriteResult[];
}

/**
 * Leads through a plugin's set-up, tries the remote that comes of it (an object is written, read and removed) and only then writes the configuration:
 * the address where the scope says, what belongs to this clone alone to the local level. Rejects with `unsupported` for a storage without a set-up,
 * `remote-exists`, what the plugin could not do, and what the remote refused; nothing is configured then.
 */
export async function setUpRemote(scope: ConfigScope, request: SetUpRemoteRequest, context: OperationContext): Promise<SetUpRemoteResult> {
  const name = request.name.toLowerCase();
  const plugin = await scope.options.storages.load(request.scheme);
  if (plugin.setup === undefined) {
    throw new DatapinError('unsupported', `${plugin.name} storage needs no guided set-up`, {
      hint: 'Use `datapin remote add` and `datapin remote modify`.',
    });
  }
  const { level } = scope;
  if (!request.force && (await listRemotes({ options: scope.options, level: undefined })).some((remote) => remote.name === name)) {
    throw new DatapinError('remote-exists', `remote '${name}' already exists`, {
      hint: 'Choose another name, or replace it with `--force`.',
    });
  }
  const { cwd, env } = scope.options;
  const dialog = request.dialog(plugin.setup.questions);
  const draft = await plugin.setup
    .run(dialog, { env, cwd, signal: context.signal })
    .catch((error: unknown) => Promise.reject(ownWords(error)));
  await tryRemote(plugin, draft, { name, scope, context });

  const written = [await addRemote(scope, { name, url: draft.url, default: request.default, force: request.force })];
  for (const [option, value] of Object.entries(draft.options)) {
    const isOwn = draft.local.has(option) && (level === undefined || level === 'project');
    written.push(await modifyRemote(isOwn ? { ...scope, level: 'local' } : scope, { name, option, value: String(value) }));
  }
  return { name, url: draft.url, written };
}

/** A set-up's failure is told as the plugin tells it: there is no remote yet that it could be of. */
function ownWords(error: unknown): unknown {
  if (!isStorageError(error)) return error;
  const failure = remoteFailure(error, { remote: { name: '', address: '' } });
  const code = failure instanceof DatapinError ? failure.code : 'remote-refused';
  return new DatapinError(code, error.message, { cause: error, ...(error.hint === undefined ? {} : { hint: error.hint }) });
}

async function tryRemote(
  plugin: StoragePlugin,
  draft: RemoteDraft,
  { name, scope, context }: { readonly name: string; readonly scope: ConfigScope; readonly context: OperationContext },
): Promise<void> {
  const url = parseRemoteUrl(draft.url);
  const key = `datapin-setup-${randomBytes(6).toString('hex')}`;
  const warn = (message: string): void => context.report({ type: 'warning', message: `remote '${name}': ${message}` });
  const host = { env: scope.options.env, signal: context.signal, warn };
  try {
    const storage = await plugin.open({ name, url, options: draft.options, tracked: new Set() }, host);
    try {
      await tryObject(storage, key, { signal: context.signal, warn });
    } finally {
      await storage[Symbol.asyncDispose]();
    }
  } catch (error) {
    throw remoteFailure(error, { remote: { name, address: printRemoteUrl(url) }, path: 'a trial' });
  }
}

/** To push and to pull nothing has to be removed, so not being allowed to is worth a word and no more. */
async function tryObject(
  storage: Storage,
  key: string,
  { signal, warn }: { readonly signal: AbortSignal; readonly warn: (message: string) => void },
): Promise<void> {
  const bytes = Buffer.from('datapin tried this remote, and may not have been able to remove this file.\n');
  async function* open(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  await storage.write?.(key, { size: bytes.length, open }, { signal });
  const received: Uint8Array[] = [];
  for await (const chunk of await storage.read(key, { signal })) received.push(chunk);
  await storage.remove?.([key], { signal }).catch((error: unknown) => {
    if (!isStorageError(error) || error.code !== 'forbidden') throw error;
    warn(`the trial object ${key} stays: ${error.message}${error.hint === undefined ? '' : `. ${error.hint}`}`);
  });
  if (!Buffer.concat(received).equals(bytes)) {
    throw new DatapinError('object-corrupt', 'the remote gave back other bytes than were stored');
  }
}
