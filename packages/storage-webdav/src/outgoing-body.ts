import { createHash, hash } from 'node:crypto';
import { type ByteSource, StorageError } from '@datapin/storage';
import type { RequestBody } from './http-connection.ts';

/** Bodies up to this size are read whole and go out with their headers in one piece. */
const smallBody = 256 * 1024;

/** What goes up: the whole of a source, or a range of it. */
export interface OutgoingBody {
  readonly size: number;
  readonly body: RequestBody;
}

export interface OutgoingPart {
  readonly source: ByteSource;
  readonly range?: { readonly start: number; readonly end: number };
  /** MD5 of these bytes, lower-case hex. */
  readonly md5?: string | undefined;
  /** Called whenever the source is opened; gets each chunk on its way. */
  readonly observe?: () => (chunk: Uint8Array) => void;
}

/**
 * The body to send for a source. A small one is read and checked here, before anything is sent; a larger one is streamed, from the start
 * for each attempt, and checked before its last bytes go out: a server never gets the whole of a body that is wrong. A source that yields
 * another number of bytes than it promised, or others than those of the MD5, fails with `invalid-request`.
 */
export async function outgoingBody(part: OutgoingPart): Promise<OutgoingBody> {
  const { source, range, md5 } = part;
  const size = range === undefined ? source.size : range.end - range.start;
  if (size > smallBody) return { size, body: () => checked(part, size) };
  const chunks: Uint8Array[] = [];
  for await (const chunk of measured(part, size)) chunks.push(chunk);
  const [only] = chunks;
  const body = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
  if (md5 !== undefined) compare(hash('md5', body), md5);
  return { size, body };
}

async function* checked(part: OutgoingPart, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  const { md5 } = part;
  const digest = md5 === undefined ? undefined : createHash('md5');
  let last: Uint8Array | undefined;
  for await (const chunk of measured(part, size)) {
    if (last !== undefined) yield last;
    digest?.update(chunk);
    last = chunk;
  }
  if (digest !== undefined && md5 !== undefined) compare(digest.digest('hex'), md5);
  if (last !== undefined) yield last;
}

function compare(actual: string, promised: string): void {
  if (actual !== promised) throw new StorageError('invalid-request', `the source has MD5 ${actual} instead of ${promised}`);
}

async function* measured({ source, range, observe }: OutgoingPart, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  let sent = 0;
  const see = observe?.();
  for await (const chunk of source.open(range)) {
    sent += chunk.length;
    if (sent > size) throw wrongSize(size, 'more');
    see?.(chunk);
    if (chunk.length > 0) yield chunk;
  }
  if (sent < size) throw wrongSize(size, `only ${sent}`);
}

function wrongSize(size: number, got: string): StorageError {
  return new StorageError('invalid-request', `the source promised ${size} bytes and yielded ${got}`);
}
