import { type ByteStream, isStorageError } from '@datapin/storage';

import type { Cache, IncomingObject } from '../cache/cache.ts';
import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import { forEachBounded } from './bounded.ts';
import type { ProgressCounter } from './progress.ts';
import { printRemote } from './remote-failure.ts';
import type { Remote } from './remote.ts';
import { remoteKeyOf, type WantedObject } from './wanted-object.ts';

/** Up to here an object is held in one buffer: hashed, written and renamed in one go. */
const smallObject = 256 * 1024;
/** Larger objects come in parts of this size, each tried again by itself. */
const partSize = 16 * 1024 * 1024;
/** Parts of one object in flight. Streams hold only the chunk at hand, so this bounds connections, not memory. */
const partsAtOnce = 6;

/**
 * Brings one object into the cache. It is hashed on the way and gets its name only when the hash is right.
 * Rejects in the user's terms: `object-missing`, `object-corrupt` (after one more try), or why the remote could not deliver.
 */
export async function downloadObject(
  remote: Remote,
  cache: Cache,
  wanted: WantedObject,
  counter: ProgressCounter,
  context: OperationContext,
): Promise<void> {
  if (remote.versionAware && wanted.at === undefined) throw unversioned(remote, wanted);
  const subject = { object: wanted.id.value, path: wanted.path };
  const onceMore = (error: unknown, attempt: number): boolean => attempt === 1 && isCorrupt(error);
  if (wanted.size !== undefined && wanted.size > partSize && remote.storage.traits.rangeReads) {
    await remote.attempt(subject, () => downloadInParts(remote, cache, wanted, wanted.size ?? 0, counter, context), onceMore);
  } else {
    await remote.attempt(subject, () => downloadWhole(remote, cache, wanted, counter, context), onceMore);
  }
  counter.done();
}

/** What lies under its own name can have been replaced since: without the store's word for the version nothing is known. */
function unversioned(remote: Remote, { path }: WantedObject): DatapinError {
  return new DatapinError(
    'unsupported',
    `no version of '${path}' on ${printRemote(remote)} is recorded: that remote tells data apart by versions only`,
    {
      hint: 'Push it with `dvc push`, which records the version, and commit the metafile.',
    },
  );
}

function readOptions(wanted: WantedObject, context: OperationContext): { signal: AbortSignal; version?: string } {
  return { signal: context.signal, ...(wanted.at?.versionId === undefined ? {} : { version: wanted.at.versionId }) };
}

async function downloadWhole(
  remote: Remote,
  cache: Cache,
  wanted: WantedObject,
  counter: ProgressCounter,
  context: OperationContext,
): Promise<void> {
  const body = await remote.storage.read(remoteKeyOf(wanted), readOptions(wanted, context));
  const head: Uint8Array[] = [];
  let length = 0;
  let incoming: IncomingObject | undefined;
  try {
    for await (const chunk of body) {
      length += chunk.byteLength;
      counter.moved(chunk.byteLength);
      if (wanted.size !== undefined && length > wanted.size)
        throw damaged(remote, wanted, `more than the ${wanted.size} bytes that are pinned`);
      if (incoming === undefined) {
        head.push(chunk);
        if (length <= smallObject) continue;
        incoming = await cache.receive(wanted.id, { size: wanted.size });
        for (const early of head.splice(0)) await incoming.write(early);
      } else {
        await incoming.write(chunk);
      }
    }
    if (incoming === undefined) cache.publishBytes(wanted.id, head.length === 1 && head[0] !== undefined ? head[0] : Buffer.concat(head));
    else await incoming.publish();
  } catch (error) {
    counter.moved(-length);
    await incoming?.discard();
    throw isCorrupt(error) ? damaged(remote, wanted, 'its bytes do not match its hash', error) : error;
  }
}

async function downloadInParts(
  remote: Remote,
  cache: Cache,
  wanted: WantedObject,
  size: number,
  counter: ProgressCounter,
  context: OperationContext,
): Promise<void> {
  // Parts end where the pin ends: only the store knows whether the object does.
  const stored = await sizeOnRemote(remote, wanted, context);
  // Only reading tells an object that is missing from a folder that is.
  if (stored === undefined) return downloadWhole(remote, cache, wanted, counter, context);
  if (stored !== size) throw damaged(remote, wanted, `it has ${stored} bytes, pinned are ${size}`);
  // some stores tell only now whether they give parts
  if (!remote.storage.traits.rangeReads) return downloadWhole(remote, cache, wanted, counter, context);
  const incoming = await cache.receive(wanted.id, { size });
  let came = 0;
  try {
    await forEachBounded(partsOf(size), { limit: partsAtOnce, signal: context.signal }, async (range) => {
      await remote.attempt({ object: wanted.id.value, path: wanted.path }, async () => {
        const body = await remote.storage.read(remoteKeyOf(wanted), { ...readOptions(wanted, context), range });
        await writePart(body, range, incoming, remote, wanted, counter);
      });
      came += range.end - range.start;
    });
    await incoming.publish();
  } catch (error) {
    counter.moved(-came);
    await incoming.discard();
    throw isCorrupt(error) ? damaged(remote, wanted, 'its bytes do not match its hash', error) : error;
  }
}

async function sizeOnRemote(remote: Remote, wanted: WantedObject, context: OperationContext): Promise<number | undefined> {
  try {
    return (await remote.storage.stat(remoteKeyOf(wanted), readOptions(wanted, context))).size;
  } catch (error) {
    if (isStorageError(error) && error.code === 'not-found') return undefined;
    throw error;
  }
}

async function writePart(
  body: ByteStream,
  range: { readonly start: number; readonly end: number },
  incoming: IncomingObject,
  remote: Remote,
  wanted: WantedObject,
  counter: ProgressCounter,
): Promise<void> {
  let at = range.start;
  try {
    for await (const chunk of body) {
      if (at + chunk.byteLength > range.end) throw damaged(remote, wanted, 'a part is longer than what was asked for');
      await incoming.writeAt(chunk, at);
      at += chunk.byteLength;
      counter.moved(chunk.byteLength);
    }
    if (at < range.end) throw damaged(remote, wanted, `it ends after ${at} of ${wanted.size ?? range.end} bytes`);
  } catch (error) {
    counter.moved(range.start - at);
    throw error;
  }
}

function* partsOf(size: number): Generator<{ start: number; end: number }> {
  for (let start = 0; start < size; start += partSize) yield { start, end: Math.min(size, start + partSize) };
}

function isCorrupt(error: unknown): boolean {
  return error instanceof DatapinError && error.code === 'object-corrupt';
}

/** `how` without a cause; with one, the cause's own words. */
function damaged(remote: Remote, wanted: WantedObject, how: string, cause?: unknown): DatapinError {
  if (cause instanceof DatapinError && cause.message.includes(wanted.path)) return cause;
  const what = cause instanceof DatapinError ? cause.message : `object ${wanted.id.value} is damaged: ${how}`;
  return new DatapinError('object-corrupt', `'${wanted.path}' on ${printRemote(remote)}: ${what}`, {
    cause,
    hint: 'Nothing of it was kept. Remove the damaged object from the remote, then push it again from where the data is intact.',
  });
}
