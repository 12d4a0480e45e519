import { createHash } from 'node:crypto';

import type { ByteSource } from '@datapin/storage';

import { wrongSize } from './object-body.ts';

/** Digests of a source, each known as soon as the one pass over it comes by. They reject together when the source does. */
export interface SourceDigests {
  /** MD5 of the whole, lower-case hex. */
  readonly whole: Promise<string>;
  /** SHA-256 of each part, hex. */
  readonly parts: readonly Promise<string>[];
}

/** Reads a source once from end to end beside whatever else reads it. `partSize` absent: only the whole. */
export function digestSource(source: ByteSource, partSize: number | undefined, signal: AbortSignal): SourceDigests {
  const count = partSize === undefined ? 0 : Math.ceil(source.size / partSize);
  const parts = Array.from({ length: count }, () => Promise.withResolvers<string>());
  const whole = hashAll(source, { partSize, signal, onPart: (index, sha256) => parts[index]?.resolve(sha256) });
  whole.catch((error: unknown) => {
    for (const { promise, reject } of parts) {
      promise.catch(() => undefined);
      reject(error);
    }
  });
  return { whole, parts: parts.map(({ promise }) => promise) };
}

interface Pass {
  readonly partSize: number | undefined;
  readonly signal: AbortSignal;
  readonly onPart: (index: number, sha256: string) => void;
}

async function hashAll(source: ByteSource, { partSize = Number.POSITIVE_INFINITY, signal, onPart }: Pass): Promise<string> {
  const whole = createHash('md5');
  let part = createHash('sha256');
  let index = 0;
  let inPart = 0;
  let total = 0;
  for await (const chunk of source.open()) {
    signal.throwIfAborted();
    whole.update(chunk);
    total += chunk.length;
    for (let start = 0; start < chunk.length && partSize !== Number.POSITIVE_INFINITY;) {
      const end = Math.min(chunk.length, start + partSize - inPart);
      part.update(chunk.subarray(start, end));
      inPart += end - start;
      start = end;
      if (inPart < partSize) continue;
      onPart(index++, part.digest('hex'));
      part = createHash('sha256');
      inPart = 0;
    }
  }
  // a part with the digest of too few bytes would look right to a store that takes what came before the connection broke
  if (total !== source.size) throw wrongSize(source.size, `${total}`);
  if (inPart > 0) onPart(index, part.digest('hex'));
  return whole.digest('hex');
}
