import { createHash } from 'node:crypto';

import { type ByteSource, isStorageError, StorageError } from '@datapin/storage';

import type { DriveFile } from './drive-client.ts';
import type { DriveSession } from './drive-session.ts';
import type { HttpAnswer } from './http-client.ts';
import { sourceBlocks, wrongMd5 } from './source-blocks.ts';
import { objectType, uploadedFile, uploadRequest, type UploadTarget } from './upload-target.ts';

/** Bytes sent in one request: a multiple of 256 KiB, as Drive asks for all but the last. */
const blockSize = 8 * 1024 * 1024;

/** An upload under way: Drive keeps what has arrived for a week, and shows nothing of it. */
export interface UploadSession {
  /** Needs no token: whoever has it may go on with the upload. Never printed. */
  readonly address: string;
  readonly target: UploadTarget;
  readonly size: number;
  readonly md5: string | undefined;
}

export interface SessionUpload {
  readonly session: DriveSession;
  readonly key: string;
  readonly source: ByteSource;
  readonly signal: AbortSignal | undefined;
  /** Bytes may have arrived already, in an earlier attempt. */
  readonly resumed: boolean;
}

/** Begins an upload whose bytes come in parts. */
export async function beginUpload(
  session: DriveSession,
  { target, size, md5 }: Omit<UploadSession, 'address'>,
  signal: AbortSignal | undefined,
): Promise<UploadSession> {
  const { method, url, metadata } = uploadRequest(target, 'resumable');
  const headers = {
    'content-type': 'application/json; charset=UTF-8',
    'x-upload-content-type': objectType,
    'x-upload-content-length': String(size),
  };
  const answer = await session.send({ method, url, headers, body: Buffer.from(metadata), signal });
  answer.body.ignore();
  const address = answer.headers['location'];
  if (address === undefined) throw new StorageError('unavailable', 'Google Drive began an upload without saying where it goes on');
  return { address, target, size, md5 };
}

/**
 * Sends what Drive does not have yet. The source is read from its beginning in any case: the MD5 of the whole is compared before the last
 * block goes out, so a wrong source leaves nothing.
 */
export async function continueUpload(upload: UploadSession, { session, key, source, signal, resumed }: SessionUpload): Promise<DriveFile> {
  const progress = resumed ? await askProgress(upload, session, signal) : 0;
  if (typeof progress !== 'number') return progress;
  let arrived = progress;
  const hash = createHash('md5');
  for await (const { start, bytes, last } of sourceBlocks(source, blockSize, signal)) {
    hash.update(bytes);
    if (last && upload.md5 !== undefined && hash.digest('hex') !== upload.md5) throw wrongMd5(key, upload.md5);
    while (arrived < start + bytes.length) {
      const before = arrived;
      const answer = await sendPart(upload, { session, signal, start: arrived, bytes: bytes.subarray(arrived - start) });
      if (answer.status !== 308) return uploadedFile(answer);
      answer.body.ignore();
      arrived = arrivedBytes(answer);
      if (arrived <= before) throw new StorageError('interrupted', 'Google Drive took nothing of what was uploaded');
    }
  }
  throw new StorageError('interrupted', 'Google Drive did not finish the upload');
}

/** Ends an upload; what has arrived is dropped. Fails silently: Drive drops it after a week anyway. */
export async function dropUpload({ address }: UploadSession, session: DriveSession): Promise<void> {
  try {
    (await session.send({ method: 'DELETE', url: address, headers: {}, signal: AbortSignal.timeout(5000) })).body.ignore();
  } catch {
    // 499 is Drive's word for "cancelled, as asked"
  }
}

interface Part {
  readonly session: DriveSession;
  readonly signal: AbortSignal | undefined;
  readonly start: number;
  readonly bytes: Uint8Array;
}

async function sendPart({ address, size }: UploadSession, { session, signal, start, bytes }: Part): Promise<HttpAnswer> {
  const range = `bytes ${start}-${start + bytes.length - 1}/${size}`;
  return sendToSession(address, { session, signal, range, bytes });
}

/** Bytes that Drive has, or the file when it has them all: the answer to the last part may have been lost. */
async function askProgress(
  { address, size }: UploadSession,
  session: DriveSession,
  signal: AbortSignal | undefined,
): Promise<number | DriveFile> {
  const answer = await sendToSession(address, { session, signal, range: `bytes */${size}`, bytes: new Uint8Array() });
  if (answer.status !== 308) return uploadedFile(answer);
  answer.body.ignore();
  return arrivedBytes(answer);
}

async function sendToSession(
  address: string,
  { session, signal, range, bytes }: Omit<Part, 'start'> & { readonly range: string },
): Promise<HttpAnswer> {
  try {
    return await session.send({ method: 'PUT', url: address, headers: { 'content-range': range }, body: bytes, signal });
  } catch (error) {
    if (isStorageError(error) && (error.status === 404 || error.status === 410)) throw new SessionLost(error);
    throw error;
  }
}

/** Drive knows nothing of the upload any more: it has to begin anew. */
export class SessionLost extends StorageError {
  constructor(cause: StorageError) {
    super('interrupted', 'Google Drive dropped an upload that was under way', { cause });
  }
}

/** `Range: bytes=0-n` tells how far it is; without it nothing has arrived. */
function arrivedBytes({ headers }: HttpAnswer): number {
  const match = /^bytes=0-(\d+)$/u.exec(headers['range'] ?? '');
  return match === null ? 0 : Number(match[1]) + 1;
}
