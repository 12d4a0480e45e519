import { createHash, randomUUID } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

import {
  type ByteRange,
  type ByteSource,
  type ByteStream,
  type CallOptions,
  type ObjectInfo,
  type Storage,
  StorageError,
  type StorageTraits,
} from '@datapin/storage';

import { classify, errnoOf } from './classify.ts';

/** Tell the truth here: datapin plans with it. */
const traits: StorageTraits = { rangeReads: true, atomicWrites: true, versions: false, maxConnections: 8, listPageSize: 1000 };

const pieceSize = 1_048_576;
const suffix = '.object';

/** Objects as files of a folder, which has to be there: a share that is not mounted must not look like lost data. */
export function folderStorage(base: string): Storage {
  const objects = join(base, 'objects');
  const unfinished = join(base, 'unfinished');
  let closed = false;

  /** What every call begins with; the result is asked again wherever the call may be told to end. */
  async function begin({ signal }: CallOptions): Promise<() => void> {
    function check(): void {
      signal?.throwIfAborted();
      if (closed) throw new StorageError('interrupted', `${base} was closed`);
    }
    check();
    if ((await absent(stat(base))) === undefined) {
      throw new StorageError('unavailable', `the folder ${base} does not exist`, { hint: 'Make it first, or mount it.', permanent: true });
    }
    check();
    return check;
  }

  /** Keys are any text: written as hexadecimal digits they fit every file system, with long ones in folders. */
  function fileOf(key: string): string {
    const digits = Buffer.from(key).toString('hex');
    return join(objects, ...(digits.match(/.{1,200}/gu) ?? [])) + suffix;
  }

  function keyOf(file: string): string {
    const digits = relative(objects, file).slice(0, -suffix.length).replaceAll(sep, '');
    return Buffer.from(digits, 'hex').toString();
  }

  async function find(key: string): Promise<{ readonly file: string; readonly size: number }> {
    const file = fileOf(key);
    const size = (await absent(stat(file)))?.size;
    if (size === undefined) throw new StorageError('not-found', `${base} holds no object ${key}`);
    return { file, size };
  }

  return {
    traits,

    stat: (key, call = {}) =>
      classified(async () => {
        await begin(call);
        return { key, size: (await find(key)).size };
      }),

    read: (key, call = {}) =>
      classified(async () => {
        const check = await begin(call);
        const { file, size } = await find(key);
        const range = call.range ?? { start: 0, end: size };
        if (range.end > size) throw new StorageError('invalid-request', `${key} has no bytes beyond ${size}`);
        return readFile(file, range, check);
      }),

    write: (key, source, call = {}) =>
      classified(async () => {
        const check = await begin(call);
        await mkdir(unfinished, { recursive: true });
        const temporary = join(unfinished, randomUUID());
        try {
          const md5 = await writeFile(temporary, source, check);
          if (call.md5 !== undefined && md5 !== call.md5) {
            throw new StorageError('invalid-request', `the bytes of ${key} have the MD5 ${md5}, not ${call.md5}`);
          }
          await mkdir(dirname(fileOf(key)), { recursive: true });
          check();
          await rename(temporary, fileOf(key));
        } catch (error) {
          await rm(temporary, { force: true });
          throw error;
        }
      }),

    remove: (keys, call = {}) =>
      classified(async () => {
        const check = await begin(call);
        for (const key of keys) {
          check();
          await rm(fileOf(key), { force: true });
        }
      }),

    async *list(prefix, call = {}) {
      const check = await classified(() => begin(call));
      let page: ObjectInfo[] = [];
      for await (const file of filesBelow(objects)) {
        check();
        const key = keyOf(file);
        const size = key.startsWith(prefix) ? (await absent(stat(file)))?.size : undefined;
        if (size !== undefined) page.push({ key, size });
        if (page.length < traits.listPageSize) continue;
        yield page;
        page = [];
      }
      check();
      if (page.length > 0) yield page;
    },

    async [Symbol.asyncDispose]() {
      closed = true;
    },
  };
}

async function* readFile(file: string, range: ByteRange, check: () => void): ByteStream {
  const handle = await classified(() => open(file));
  try {
    for (let position = range.start; position < range.end;) {
      check();
      const length = Math.min(pieceSize, range.end - position);
      const { bytesRead, buffer } = await classified(() => handle.read(Buffer.allocUnsafe(length), 0, length, position));
      if (bytesRead === 0) throw new StorageError('interrupted', `${file} became shorter while it was read`);
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
    check();
  } finally {
    await handle.close();
  }
}

/** Writes exactly the bytes that the source said it has, and gives back their MD5. */
async function writeFile(file: string, source: ByteSource, check: () => void): Promise<string> {
  const handle = await open(file, 'wx');
  try {
    const digest = createHash('md5');
    let size = 0;
    for await (const chunk of source.open()) {
      check();
      size += chunk.length;
      if (size > source.size) break;
      digest.update(chunk);
      await handle.writeFile(chunk);
    }
    if (size !== source.size) throw new StorageError('invalid-request', `the source is not as long as the ${source.size} bytes it said`);
    return digest.digest('hex');
  } finally {
    await handle.close();
  }
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  const entries: AsyncIterable<Dirent> = (await classified(() => absent(opendir(folder)))) ?? emptyFolder();
  for await (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.name.endsWith(suffix)) yield path;
  }
}

async function* emptyFolder(): AsyncGenerator<never> {}

/** `undefined` for what is not there. */
async function absent<Value>(action: Promise<Value>): Promise<Value | undefined> {
  try {
    return await action;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

async function classified<Value>(action: () => Promise<Value>): Promise<Value> {
  try {
    return await action();
  } catch (error) {
    throw classify(error);
  }
}
