import { createReadStream, readFileSync, statSync } from 'node:fs';

import type { ByteSource } from '@datapin/storage';

import type { Cache } from '../cache/cache.ts';
import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import { countedSource } from './counted-source.ts';
import type { ProgressCounter } from './progress.ts';
import type { Remote } from './remote.ts';
import { remoteKeyOf, type WantedObject } from './wanted-object.ts';

/** Up to here a file is read in one go. */
const smallObject = 256 * 1024;
const chunkSize = 256 * 1024;

/**
 * Stores one object of the cache on a remote. The cache's bytes are checked before: a damaged object never spreads.
 * Rejects with `cache-missing` when it is not (or no longer rightly) in the cache, or in the user's terms why the remote did not take it.
 */
export async function uploadObject(
  remote: Remote,
  cache: Cache,
  wanted: WantedObject,
  counter: ProgressCounter,
  context: OperationContext,
): Promise<void> {
  const path = cache.pathOf(wanted.id);
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw notInCache(wanted);
  const options = { signal: context.signal, ...(wanted.id.algorithm === 'md5' ? { md5: wanted.id.value.slice(0, 32) } : {}) };
  const write = remote.storage.write?.bind(remote.storage);
  if (write === undefined) throw new DatapinError('unsupported', `remote '${remote.name}' (${remote.address}) can only be read`);

  const small = size <= smallObject ? readFileSync(path) : undefined;
  const intact = small === undefined ? await cache.verify(wanted.id) : cache.matches(wanted.id, small);
  if (!intact) throw notInCache(wanted);
  const subject = { object: wanted.id.value, path: wanted.path };
  const key = remoteKeyOf(wanted);
  if (small === undefined) {
    await remote.attempt(subject, async () => {
      const source = countedSource(fileSource(path, size), (bytes) => counter.moved(bytes));
      try {
        await write(key, source, { ...options, step: remote.stepsOf(subject) });
      } catch (error) {
        source.settle(0);
        throw error;
      }
      source.settle(size);
    });
  } else {
    const source = bufferSource(small);
    await remote.attempt(subject, () => write(key, source, options));
    counter.moved(size);
  }
  counter.done();
}

function notInCache(wanted: WantedObject): DatapinError {
  return new DatapinError('cache-missing', `'${wanted.path}' (object ${wanted.id.value}) is not in the cache`, {
    hint: 'Run `datapin pull` or `datapin add` where the data is.',
  });
}

/** Bytes in memory as a source. */
function bufferSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.byteLength,
    async *open(range) {
      const part = range === undefined ? bytes : bytes.subarray(range.start, range.end);
      if (part.byteLength > 0) yield part;
    },
  };
}

/** A file as a source; every opening reads it again. */
function fileSource(path: string, size: number): ByteSource {
  return {
    size,
    open(range) {
      const part = range ?? { start: 0, end: size };
      if (part.end === part.start) return bufferSource(new Uint8Array()).open();
      return createReadStream(path, { start: part.start, end: part.end - 1, highWaterMark: chunkSize });
    },
  };
}
