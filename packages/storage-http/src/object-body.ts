import { createHash } from 'node:crypto';
import { type ByteSource, StorageError } from '@datapin/storage';

/** Bodies up to this size are read whole and go out with their headers in one piece. */
const smallBody = 256 * 1024;

/**
 * Makes the body of an upload: a small source is read here, once; a larger one is streamed each time. The last chunk goes out only after all bytes were
 * counted and, with `md5`, hashed: a source that breaks its promise fails with `invalid-request` and never makes a whole request.
 */
export async function outgoingBody(
  source: ByteSource,
  md5: string | undefined,
): Promise<() => Uint8Array | AsyncGenerator<Uint8Array, void, undefined>> {
  if (source.size > smallBody) return () => checked(source, md5);
  const chunks: Uint8Array[] = [];
  for await (const chunk of checked(source, md5)) chunks.push(chunk);
  const [only] = chunks;
  const whole = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
  return () => whole;
}

async function* checked(source: ByteSource, md5: string | undefined): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = md5 === undefined ? undefined : createHash('md5');
  let length = 0;
  let held: Uint8Array | undefined;
  for await (const chunk of source.open()) {
    length += chunk.length;
    if (length > source.size) throw brokenPromise(`promised ${source.size} bytes and yielded more`);
    if (chunk.length === 0) continue;
    hash?.update(chunk);
    if (held !== undefined) yield held;
    held = chunk;
  }
  if (length < source.size) throw brokenPromise(`promised ${source.size} bytes and yielded only ${length}`);
  if (hash !== undefined && hash.digest('hex') !== md5) throw brokenPromise('does not have the MD5 that it should have');
  if (held !== undefined) yield held;
}

function brokenPromise(how: string): StorageError {
  return new StorageError('invalid-request', `the source ${how}`);
}
