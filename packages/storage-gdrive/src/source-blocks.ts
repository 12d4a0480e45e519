import { type ByteSource, StorageError } from '@datapin/storage';

/** A piece of a source and where it begins. */
export interface Block {
  readonly start: number;
  readonly bytes: Uint8Array;
  /** The source ended with it, at the right place. */
  readonly last: boolean;
}

/**
 * The source's bytes in blocks of one size, the last one shorter. A block is only given out once it is known whether more follows, so a source
 * that is too long or too short fails with `invalid-request` before its last block is out. An empty source is one empty block.
 */
export async function* sourceBlocks(
  source: ByteSource,
  blockSize: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Block, void, undefined> {
  let parts: Uint8Array[] = [];
  let held = 0;
  let start = 0;
  let total = 0;
  for await (const chunk of source.open()) {
    signal?.throwIfAborted();
    total += chunk.length;
    if (total > source.size) throw wrongSize(source.size, 'more');
    for (let from = 0; from < chunk.length;) {
      if (held === blockSize) {
        yield { start, bytes: joined(parts), last: false };
        start += held;
        parts = [];
        held = 0;
      }
      const piece = chunk.subarray(from, from + blockSize - held);
      parts.push(piece);
      held += piece.length;
      from += piece.length;
    }
  }
  signal?.throwIfAborted();
  if (total < source.size) throw wrongSize(source.size, `only ${total}`);
  yield { start, bytes: joined(parts), last: true };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}

function wrongSize(size: number, got: string): StorageError {
  return new StorageError('invalid-request', `the source promised ${size} bytes and yielded ${got}`);
}

/** The error for bytes that are not those that they should be. */
export function wrongMd5(key: string, expected: string): StorageError {
  return new StorageError('invalid-request', `the bytes of ${key} do not have the MD5 ${expected}`);
}
