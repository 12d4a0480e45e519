import { createHash } from 'node:crypto';
import { type ByteRange, type ByteSource, StorageError } from '@datapin/storage';

/** Bodies up to this size are read whole and go out with their headers in one piece. */
const smallBody = 256 * 1024;

/** What goes up: the whole of a source, or a range of it. */
export interface OutgoingBody {
  readonly size: number;
  /** Makes the body for one attempt. Fails with `invalid-request` where the source yields another number of bytes. */
  readonly open: () => Uint8Array | AsyncGenerator<Uint8Array, void, undefined>;
}

/** The body to send for a source or a part of it. Small ones are read here, once; others are streamed at each `open`. */
export async function outgoingBody(source: ByteSource, range?: ByteRange): Promise<OutgoingBody> {
  const size = range === undefined ? source.size : range.end - range.start;
  if (size > smallBody) return { size, open: () => measured(source, size, range) };
  const chunks: Uint8Array[] = [];
  for await (const chunk of measured(source, size, range)) chunks.push(chunk);
  const [only] = chunks;
  const whole = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
  return { size, open: () => whole };
}

/** SHA-256 of a body in hex, for signing it. Reads a streamed one from end to end. */
export async function bodySha256(body: OutgoingBody): Promise<string> {
  const hash = createHash('sha256');
  const opened = body.open();
  if (opened instanceof Uint8Array) hash.update(opened);
  else for await (const chunk of opened) hash.update(chunk);
  return hash.digest('hex');
}

async function* measured(source: ByteSource, size: number, range: ByteRange | undefined): AsyncGenerator<Uint8Array, void, undefined> {
  let sent = 0;
  if (size > 0 || range === undefined) {
    for await (const chunk of source.open(range)) {
      sent += chunk.length;
      if (sent > size) throw wrongSize(size, 'more');
      if (chunk.length > 0) yield chunk;
    }
  }
  if (sent < size) throw wrongSize(size, `only ${sent}`);
}

/** The error for a source that breaks its promise. */
export function wrongSize(size: number, got: string): StorageError {
  return new StorageError('invalid-request', `the source promised ${size} bytes and yielded ${got}`);
}
