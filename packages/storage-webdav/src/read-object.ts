import { type ByteRange, type ByteStream, StorageError } from '@datapin/storage';
import { failureError } from './dav-error.ts';
import type { DavRequests } from './dav-requests.ts';
import type { HttpResponse } from './http-connection.ts';

export interface ObjectRead {
  readonly path: string;
  readonly subject: string;
  readonly range: ByteRange | undefined;
  readonly signal: AbortSignal;
  /** Rejects with `not-found` when the path is a folder's. */
  readonly checkNoFolder: () => Promise<unknown>;
  /** The server answered with the whole where a part was asked for. */
  readonly onIgnoredRange: () => void;
}

/** Opens an object or a part of it. A server that knows no parts sends the whole, of which the part is cut out. */
export async function readObject(requests: DavRequests, read: ObjectRead): Promise<ByteStream> {
  const { path, subject, range, signal } = read;
  const response = await requests.send({
    method: 'GET',
    path,
    subject,
    signal,
    accept: [405],
    headers: {
      'accept-encoding': 'identity',
      ...(range === undefined ? {} : { range: `bytes=${range.start}-${range.end - 1}` }),
    },
  });
  // a page that the server makes of a folder has neither; files have at least one of them everywhere. Go's servers refuse to read a folder
  const perhapsFolder = response.headers.etag === undefined && response.headers['last-modified'] === undefined;
  if (perhapsFolder || response.status === 405) {
    await read.checkNoFolder().catch((error: unknown) => {
      response.body.drop();
      throw error;
    });
  }
  if (response.status === 405) {
    response.body.drop();
    throw failureError({ status: 405, headers: {}, text: '' }, subject);
  }
  if (range === undefined) return response.body;
  if (response.status === 200) {
    read.onIgnoredRange();
    return cutOut(response.body, range, subject);
  }
  const problem = rangeProblem(response, range);
  if (problem === undefined) return exactly(response.body, range, subject);
  response.body.drop();
  throw new StorageError(problem === 'short' ? 'interrupted' : 'unsupported', `${subject}: the answer is not the part that was asked for`, {
    status: response.status,
  });
}

/** A part was asked for, so no other part will do, nor less (the object got shorter). */
function rangeProblem({ status, headers }: HttpResponse, { start, end }: ByteRange): 'other' | 'short' | undefined {
  const answered = /^bytes (\d+)-(\d+)\//u.exec(headers['content-range'] ?? '');
  if (status !== 206 || answered === null || Number(answered[1]) !== start || Number(answered[2]) >= end) return 'other';
  return Number(answered[2]) === end - 1 ? undefined : 'short';
}

async function* exactly(body: ByteStream, { start, end }: ByteRange, subject: string): ByteStream {
  let received = 0;
  for await (const chunk of body) {
    received += chunk.length;
    if (received > end - start) break;
    yield chunk;
  }
  if (received === end - start) return;
  throw new StorageError('interrupted', `${subject}: ${received} bytes came for a part of ${end - start}`);
}

async function* cutOut(body: ByteStream, { start, end }: ByteRange, subject: string): ByteStream {
  let position = 0;
  for await (const chunk of body) {
    const part = chunk.subarray(Math.max(0, start - position), Math.max(0, end - position));
    position += chunk.length;
    if (part.length > 0) yield part;
    if (position >= end) return;
  }
  throw new StorageError('interrupted', `${subject}: it ends after ${position} of ${end} bytes`);
}
