import { createHash, randomUUID } from 'node:crypto';
import { type ByteSource, StorageError, type WriteStep } from '@datapin/storage';
import type { DavRequests } from './dav-requests.ts';
import { outgoingBody } from './outgoing-body.ts';

const mebibyte = 1024 * 1024;
/** Objects from this size on go in chunks: servers of that kind often stand behind proxies that limit a body to 100 MB or less. */
export const chunkedFrom: number = 32 * mebibyte;
const chunkSize = 16 * mebibyte;
const mostChunks = 10_000;

/** Nextcloud's second way of uploads (its developer manual, "chunked upload v2"): chunks are collected in a folder and put together by a MOVE. */
export interface ChunkedUpload {
  /** Percent-encoded path of the folder for the chunks, which nobody else has, with `/` at its end. */
  readonly folder: string;
  readonly source: ByteSource;
  /** MD5 of the whole, lower-case hex. */
  readonly md5: string | undefined;
  /** Address that the object will have. */
  readonly destination: string;
  readonly subject: string;
  readonly signal: AbortSignal;
  /** Takes a chunk; see `WriteOptions.step`. */
  readonly step: WriteStep | undefined;
}

/** A new folder for the chunks of an object; `undefined` where the server is not known to take any: the path tells that it is Nextcloud. */
export function newChunkFolder(basePath: string): string | undefined {
  const match = /^(.*\/remote\.php\/dav)\/files\/([^/]+)(?:\/|$)/u.exec(basePath);
  return match === null ? undefined : `${match[1]}/uploads/${match[2]}/datapin-${randomUUID()}/`;
}

/** Sends the chunks. Nothing is readable before the folder's `.file` is moved. Rejects with `invalid-request` for bytes of another MD5. */
export async function sendChunks(requests: DavRequests, upload: ChunkedUpload): Promise<void> {
  const { folder, source, md5, destination, subject, signal, step = (work) => work() } = upload;
  const headers = { destination, 'oc-total-length': String(source.size) };
  const made = await requests.send({ method: 'MKCOL', path: folder, headers, subject, signal });
  made.body.drop();
  const size = Math.max(chunkSize, Math.ceil(source.size / mostChunks));
  let digest = createHash('md5');
  for (let start = 0, number = 1; start < source.size; start += size, number += 1) {
    const range = { start, end: Math.min(start + size, source.size) };
    let sent = digest;
    const observe = (): ((chunk: Uint8Array) => void) => {
      // an attempt that is made again counts once
      sent = digest.copy();
      return (chunk) => void sent.update(chunk);
    };
    const content = await outgoingBody({ source, range, observe });
    const length = { 'content-length': String(content.size), 'content-type': 'application/octet-stream' };
    const path = `${folder}${String(number).padStart(5, '0')}`;
    const chunk = { method: 'PUT', path, headers: { ...headers, ...length }, body: content.body, subject, signal };
    await step(async () => (await requests.send(chunk)).body.drop(), signal);
    digest = sent;
  }
  const actual = digest.digest('hex');
  if (md5 !== undefined && actual !== md5) throw new StorageError('invalid-request', `the source has MD5 ${actual} instead of ${md5}`);
}
