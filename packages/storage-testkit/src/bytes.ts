import type { ByteRange, ByteSource, ByteStream } from '@datapin/storage';

/** All bytes of a stream in one piece. The chunks are copied only after the last one arrived, so a reused buffer shows. */
export async function readAll(stream: ByteStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

/** Bytes that follow from a seed alone (mulberry32): the same on every machine and in every run. */
export function randomBytes(size: number, seed: number): Uint8Array {
  const next = randomNumbers(seed);
  const words = new Uint32Array(Math.ceil(size / 4));
  for (let index = 0; index < words.length; index++) words[index] = next() * 0x1_0000_0000;
  return new Uint8Array(words.buffer, 0, size);
}

/** A generator of numbers in [0, 1) that follow from a seed alone. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** How a test's source behaves. All of it is unremarkable by default. */
export interface SourceBehaviour {
  /** Length of the chunks; 64 KiB by default. */
  readonly chunkSize?: number;
  /** The size it claims to have, when that is not the truth. */
  readonly claimedSize?: number;
  /** Called with the number of bytes given out so far, before each chunk and once at the end. May throw, may wait. */
  readonly before?: (given: number) => void | Promise<void>;
  /** Called when a stream of it was read to its end or left early. */
  readonly closed?: () => void;
}

/** A source of the given bytes that can be opened any number of times. */
export function sourceOf(bytes: Uint8Array, behaviour: SourceBehaviour = {}): ByteSource {
  return { size: behaviour.claimedSize ?? bytes.length, open: (range) => chunksOf(bytes, range, behaviour) };
}

async function* chunksOf(whole: Uint8Array, range: ByteRange | undefined, behaviour: SourceBehaviour): ByteStream {
  const bytes = range === undefined ? whole : whole.subarray(range.start, range.end);
  const chunkSize = behaviour.chunkSize ?? 65_536;
  try {
    for (let start = 0; start < bytes.length; start += chunkSize) {
      await behaviour.before?.((range?.start ?? 0) + start);
      yield Uint8Array.from(bytes.subarray(start, start + chunkSize));
    }
    await behaviour.before?.((range?.start ?? 0) + bytes.length);
  } finally {
    behaviour.closed?.();
  }
}
