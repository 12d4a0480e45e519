import { type ByteRange, type ByteStream, StorageError } from '@datapin/storage';

import type { DriveSession } from './drive-session.ts';
import type { HttpAnswer } from './http-client.ts';

export interface ObjectRead {
  readonly key: string;
  readonly id: string;
  readonly range: ByteRange | undefined;
  /** `gdrive_acknowledge_abuse` */
  readonly acknowledgeAbuse: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Opens the bytes of a file, or a part of them. Rejects as {@link DriveSession.send} does, `unsupported` for an answer that is not the part. */
export async function readObject(session: DriveSession, { key, id, range, acknowledgeAbuse, signal }: ObjectRead): Promise<ByteStream> {
  const url = new URL(`https://www.googleapis.com/drive/v3/files/${encodeURIComponent(id)}`);
  url.search = new URLSearchParams({
    alt: 'media',
    supportsAllDrives: 'true',
    ...(acknowledgeAbuse ? { acknowledgeAbuse: 'true' } : {}),
  }).toString();
  const headers = range === undefined ? {} : { range: `bytes=${range.start}-${range.end - 1}` };
  const answer = await session.send({ method: 'GET', url, headers, signal });
  if (range === undefined) return answer.body;
  const problem = rangeProblem(answer, range);
  if (problem === undefined) return exactly(answer.body, range.end - range.start, key);
  answer.body.ignore();
  throw new StorageError(
    problem === 'short' ? 'interrupted' : 'unsupported',
    `${key}: Google Drive did not answer with the part asked for`,
    {
      status: answer.status,
    },
  );
}

/** A part was asked for, so nothing else will do: another one, the whole, or less (the object got shorter). */
function rangeProblem({ status, headers }: HttpAnswer, { start, end }: ByteRange): 'other' | 'short' | undefined {
  if (status !== 206) return 'other';
  const answered = /^bytes (\d+)-(\d+)\//u.exec(headers['content-range'] ?? '');
  if (answered === null || Number(answered[1]) !== start || Number(answered[2]) >= end) return 'other';
  return Number(answered[2]) === end - 1 ? undefined : 'short';
}

/** The headers are a promise; the bytes have to keep it. */
async function* exactly(body: ByteStream, size: number, key: string): ByteStream {
  let received = 0;
  for await (const chunk of body) {
    received += chunk.length;
    if (received > size) break;
    yield chunk;
  }
  if (received !== size)
    throw new StorageError('interrupted', `${key}: Google Drive answered with a part of another length than was asked for`);
}
