import type { ByteSource } from '@datapin/storage';
import type { BucketRequests } from './bucket-requests.ts';
import type { ControlClient } from './control-client.ts';
import { bodyMd5, outgoingBody } from './object-body.ts';
import type { TransferSettings } from './s3-settings.ts';

export interface MultipartUpload {
  readonly key: string;
  readonly source: ByteSource;
  readonly transfer: TransferSettings;
  readonly control: ControlClient;
  readonly requests: BucketRequests;
  /** Headers for each part (SSE-C). */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
}

/** S3's limit. */
const mostParts = 10_000;
const partsAtOnce = 4;
const abortTimeoutMs = 10_000;
const mebibyte = 1024 * 1024;

/** The size of all parts but the last: as configured, larger only where S3's limit of 10,000 parts demands it. */
export function partSizeFor(size: number, configured: number): number {
  const needed = Math.ceil(size / mostParts);
  return needed <= configured ? configured : Math.ceil(needed / mebibyte) * mebibyte;
}

/**
 * Sends an object in parts, a few at a time, each streamed from the source; nothing is readable before the last step. On failure and on abort
 * all parts are stopped and the upload is given up in the store, then it rejects.
 */
export async function uploadInParts(upload: MultipartUpload): Promise<void> {
  const { key, source, transfer, control, signal } = upload;
  const uploadId = await control.startUpload(key, signal);
  try {
    const etags = await sendParts(upload, uploadId, partSizeFor(source.size, transfer.partSize));
    const parts = etags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
    await control.completeUpload(key, uploadId, parts, signal);
  } catch (error) {
    // the caller wants to know why the upload failed, not why its remains stay
    await control.abortUpload(key, uploadId, AbortSignal.timeout(abortTimeoutMs)).catch(() => undefined);
    throw error;
  }
}

async function sendParts(upload: MultipartUpload, uploadId: string, partSize: number): Promise<string[]> {
  const { source, signal } = upload;
  const stop = new AbortController();
  const partSignal = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const count = Math.ceil(source.size / partSize);
  const etags: string[] = [];
  let next = 0;

  async function sendOneAfterAnother(): Promise<void> {
    while (next < count) {
      const index = next++;
      const range = { start: index * partSize, end: Math.min((index + 1) * partSize, source.size) };
      etags[index] = await sendPart(upload, { uploadId, number: index + 1, range, signal: partSignal });
    }
  }

  const workers = Array.from({ length: Math.min(partsAtOnce, count) }, sendOneAfterAnother);
  try {
    await Promise.all(workers);
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(workers);
    throw error;
  }
  return etags;
}

interface Part {
  readonly uploadId: string;
  readonly number: number;
  readonly range: { readonly start: number; readonly end: number };
  readonly signal: AbortSignal;
}

async function sendPart({ key, source, requests, headers }: MultipartUpload, { uploadId, number, range, signal }: Part): Promise<string> {
  const body = await outgoingBody(source, range);
  const response = await requests.send({
    method: 'PUT',
    key,
    query: { partNumber: String(number), uploadId },
    headers: { ...headers, ...(requests.encrypted ? {} : { 'content-md5': await bodyMd5(body) }) },
    body: body.open,
    contentLength: body.size,
    signal,
  });
  response.body.cancel();
  return response.headers.etag ?? '';
}
