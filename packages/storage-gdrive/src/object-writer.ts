import { createHash } from 'node:crypto';

import { type ByteSource, isRetryable, isStorageError, StorageError } from '@datapin/storage';

import type { DriveClient, DriveFile } from './drive-client.ts';
import type { DriveSession } from './drive-session.ts';
import type { FolderTree, WritableFolder } from './folder-tree.ts';
import type { IdPool } from './id-pool.ts';
import { chooseFile, type KnownFiles, md5InKey } from './known-files.ts';
import type { ObjectFinder, ObjectPlace } from './object-finder.ts';
import { sourceBlocks, wrongMd5 } from './source-blocks.ts';
import { beginUpload, continueUpload, dropUpload, SessionLost, type UploadSession } from './upload-session.ts';
import type { UploadTarget } from './upload-target.ts';
import { uploadWhole } from './upload-whole.ts';

export interface ObjectWriteOptions {
  readonly md5: string | undefined;
  readonly signal: AbortSignal;
}

/** Up to here an object goes up in one request (Google's own limit for that way). */
const wholeUpload = 5 * 1024 * 1024;

export interface ObjectWriter extends AsyncDisposable {
  write(key: string, source: ByteSource, options: ObjectWriteOptions): Promise<void>;
}

export interface ObjectWriterParts {
  readonly session: DriveSession;
  readonly client: Pick<DriveClient, 'get' | 'remove'>;
  readonly folders: FolderTree;
  readonly finder: ObjectFinder;
  readonly known: KnownFiles;
  readonly ids: IdPool;
}

/** What is left of an attempt that failed and may be made again. */
interface Attempt {
  /** The id that the file was to get. */
  readonly id?: string | undefined;
  readonly upload?: UploadSession;
}

interface Sent {
  readonly file: DriveFile;
  /** Of the bytes that were sent, where it is known. */
  readonly md5: string | undefined;
}

/** The id that a file was to get is of no use any more: another try needs a new one. */
class IdSpent extends StorageError {
  constructor(message: string, cause?: unknown) {
    super('interrupted', message, { cause });
  }
}

/**
 * Stores objects. Writers of one key take turns. What a failed attempt left (an id that a file may have got, an upload half done) is kept for
 * the next one, so that repeating it makes no second file and sends nothing twice.
 */
export function createObjectWriter(parts: ObjectWriterParts): ObjectWriter {
  const { session, client, folders, finder, known, ids } = parts;
  const turns = new Map<string, Promise<void>>();
  const attempts = new Map<string, Attempt>();
  const cleaning = new Set<Promise<void>>();

  function cleanUp(work: Promise<void>): void {
    const done = work.catch(() => undefined).finally(() => cleaning.delete(done));
    cleaning.add(done);
  }

  async function writeInTurn(key: string, source: ByteSource, { md5, signal }: ObjectWriteOptions): Promise<void> {
    const place = finder.place(key);
    if (place.name === '') throw new StorageError('invalid-request', 'a key with an empty part has no place in Google Drive');
    const folder = await folders.make(place.folder);
    const existing = await findExisting(key, folder, md5);
    if (existing !== undefined && md5 !== undefined && existing.md5 === md5 && md5InKey(key) === md5 && existing.size === source.size)
      return;

    const earlier = attempts.get(key);
    const target = await chooseTarget({ place, folder, existing, earlier });
    try {
      const sent = await upload(key, target, source, { md5, signal });
      attempts.delete(key);
      accept(key, sent, { source, target });
    } catch (error) {
      noteFailure(key, target, error, signal);
      if (!isStorageError(error) || error.code !== 'not-found') throw error;
      throw new StorageError('interrupted', `the place of ${key} went away while it was written`, { cause: error });
    }
  }

  /** The file that the key has already. What a folder made here does not show is not there; what is unsure is asked. */
  async function findExisting(key: string, folder: WritableFolder, md5: string | undefined): Promise<DriveFile | undefined> {
    const there = chooseFile(key, known.get(key) ?? []);
    if (there !== undefined) return there;
    const isContentAddressed = md5 !== undefined && md5InKey(key) === md5;
    const failedBlindly = attempts.has(key) && attempts.get(key)?.id === undefined;
    if (folder.isNew && isContentAddressed && !failedBlindly) return undefined;
    // a twin of an object that is named by its content does no harm
    return chooseFile(key, await finder.ask(key, isContentAddressed ? 'quick' : undefined));
  }

  async function chooseTarget(options: {
    readonly place: ObjectPlace;
    readonly folder: WritableFolder;
    readonly existing: DriveFile | undefined;
    readonly earlier: Attempt | undefined;
  }): Promise<UploadTarget> {
    const { place, folder, existing, earlier } = options;
    if (existing !== undefined) return { kind: 'replace', id: existing.id };
    return { kind: 'new', name: place.name, parent: folder.id, id: earlier?.id ?? (await ids.take()) };
  }

  async function upload(key: string, target: UploadTarget, source: ByteSource, { md5, signal }: ObjectWriteOptions): Promise<Sent> {
    if (source.size > wholeUpload) return { file: await uploadInParts(key, target, source, { md5, signal }), md5 };
    for await (const { bytes } of sourceBlocks(source, wholeUpload, signal)) {
      const actual = createHash('md5').update(bytes).digest('hex');
      if (md5 !== undefined && actual !== md5) throw wrongMd5(key, md5);
      const file = await orAdopt(target, actual, () => uploadWhole(session, target, bytes, signal));
      return { file, md5: actual };
    }
    throw new StorageError('invalid-request', 'the source gave nothing');
  }

  /** A create whose answer was lost has made its file: the id is taken then, by the very bytes. */
  async function orAdopt<Made>(target: UploadTarget, md5: string | undefined, create: () => Promise<Made>): Promise<Made | DriveFile> {
    try {
      return await create();
    } catch (error) {
      if (!isStorageError(error) || error.status !== 409 || target.kind !== 'new' || target.id === undefined) throw error;
      const file = await client.get(target.id, undefined).catch((reason: unknown) => {
        if (isStorageError(reason) && reason.code === 'not-found') return undefined;
        throw reason;
      });
      if (file !== undefined && !file.trashed && file.name === target.name && file.md5 === md5) return file;
      throw new IdSpent(`an earlier attempt to store ${target.name} left something else`, error);
    }
  }

  async function uploadInParts(
    key: string,
    target: UploadTarget,
    source: ByteSource,
    { md5, signal }: ObjectWriteOptions,
  ): Promise<DriveFile> {
    const earlier = attempts.get(key)?.upload;
    const usable = earlier !== undefined && md5 !== undefined && earlier.md5 === md5 && earlier.size === source.size;
    if (earlier !== undefined && !usable) cleanUp(dropUpload(earlier, session));
    const current = usable ? earlier : await orAdopt(target, md5, () => beginUpload(session, { target, size: source.size, md5 }, signal));
    if (!('address' in current)) return current;
    attempts.set(key, { id: target.kind === 'new' ? target.id : undefined, upload: current });
    return continueUpload(current, { session, key, source, signal, resumed: usable });
  }

  /** What Drive says it has now must be what was sent, where anybody will find it. */
  function accept(
    key: string,
    { file, md5 }: Sent,
    { source, target }: { readonly source: ByteSource; readonly target: UploadTarget },
  ): void {
    if (target.kind === 'replace' && file.trashed) {
      known.removed(key, target.id);
      throw new StorageError('interrupted', `${key} was moved to the trash while it was written`);
    }
    if (file.size !== source.size || (md5 !== undefined && file.md5 !== undefined && file.md5 !== md5)) {
      if (target.kind === 'new') cleanUp(client.remove(file.id, AbortSignal.timeout(5000)));
      throw new IdSpent(`${key} arrived at Google Drive with other bytes than were sent`);
    }
    known.wrote(key, file);
  }

  function noteFailure(key: string, target: UploadTarget, error: unknown, signal: AbortSignal): void {
    const { upload } = attempts.get(key) ?? {};
    const id = target.kind === 'new' ? target.id : undefined;
    if (isStorageError(error) && error.code === 'not-found') {
      if (target.kind === 'replace') known.removed(key, target.id);
      else folders.forget(finder.place(key).folder);
    }
    const mayBeRepeated = isRetryable(error) && !signal.aborted;
    if (!mayBeRepeated) {
      attempts.delete(key);
      if (upload !== undefined) cleanUp(dropUpload(upload, session));
      // an aborted request may have arrived all the same
      if (signal.aborted && id !== undefined) cleanUp(client.remove(id, AbortSignal.timeout(5000)));
      return;
    }
    const goesOn = upload !== undefined && upload.md5 !== undefined && !(error instanceof SessionLost);
    if (upload !== undefined && !goesOn) cleanUp(dropUpload(upload, session));
    attempts.set(key, { id: error instanceof IdSpent ? undefined : id, ...(goesOn ? { upload } : {}) });
  }

  return {
    async write(key, source, options) {
      const before = turns.get(key) ?? Promise.resolve();
      const turn = before.catch(() => undefined).then(() => writeInTurn(key, source, options));
      const settled = turn.then(
        () => undefined,
        () => undefined,
      );
      turns.set(key, settled);
      try {
        await turn;
      } finally {
        if (turns.get(key) === settled) turns.delete(key);
      }
    },
    async [Symbol.asyncDispose]() {
      for (const { upload } of attempts.values()) if (upload !== undefined) cleanUp(dropUpload(upload, session));
      attempts.clear();
      await Promise.all(cleaning);
    },
  };
}
