import { setTimeout as sleep } from 'node:timers/promises';

import { type ByteSource, StorageError, type WriteStep } from '@datapin/storage';
import type { BucketRequests } from './bucket-requests.ts';
import type { ControlClient } from './control-client.ts';
import { type OutgoingBody, outgoingBody } from './object-body.ts';
import type { TransferSettings } from './s3-settings.ts';
import { digestSource, type SourceDigests } from './source-digests.ts';

export interface MultipartUpload {
  readonly key: string;
  readonly source: ByteSource;
  readonly transfer: TransferSettings;
  readonly control: ControlClient;
  readonly requests: BucketRequests;
  /** Headers for each part (SSE-C). */
  readonly headers: Readonly<Record<string, string>>;
  /** MD5 of the whole, lower-case hex. No store checks it for an object in parts, so it is checked here. */
  readonly md5: string | undefined;
  readonly signal: AbortSignal | undefined;
  /** Takes a part; see `WriteOptions.step`. */
  readonly step: WriteStep | undefined;
}

/** S3's limit. */
const mostParts = 10_000;
const partsAtOnce = 4;
const abortTimeoutMs = 10_000;
const abortAttempts = 4;
const abortPauseMs = 100;
const answerTimeoutMs = 5_000;
const mebibyte = 1024 * 1024;

/** The size of all parts but the last: as configured, larger only where S3's limit of 10,000 parts demands it. */
export function partSizeFor(size: number, configured: number): number {
  const needed = Math.ceil(size / mostParts);
  return needed <= configured ? configured : Math.ceil(needed / mebibyte) * mebibyte;
}

/**
 * Sends an object in parts, a few at a time, each streamed from the source; nothing is readable before the last step. On failure and on
 * abort all parts are stopped and the upload is given up in the store, then it rejects.
 */
export async function uploadInParts(upload: MultipartUpload): Promise<void> {
  const { key, source, transfer, control, signal } = upload;
  const uploadId = await control.startUpload(key, signal);
  try {
    const etags = await sendParts(upload, uploadId, partSizeFor(source.size, transfer.partSize));
    const parts = etags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
    await control.completeUpload(key, uploadId, parts, signal);
  } catch (error) {
    await giveUpload(control, key, uploadId);
    throw error;
  }
}

/**
 * Gives an upload up in the store, with its parts. A part that was on its way may be stored after that, so it is given up again until the
 * store knows no such upload (S3's own advice). Never rejects: the caller wants to know why the upload failed, not why its remains stay.
 */
async function giveUpload(control: ControlClient, key: string, uploadId: string): Promise<void> {
  const deadline = AbortSignal.timeout(abortTimeoutMs);
  try {
    for (let attempt = 0; attempt < abortAttempts; attempt++) {
      await control.abortUpload(key, uploadId, deadline);
      await sleep(abortPauseMs);
    }
  } catch {
    // gone, or out of reach
  }
}

async function sendParts(upload: MultipartUpload, uploadId: string, partSize: number): Promise<string[]> {
  const { source, requests, md5, signal, step = (work) => work() } = upload;
  const stop = new AbortController();
  const partSignal = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const count = Math.ceil(source.size / partSize);
  const digests = digestsOf(upload, requests.encrypted ? undefined : partSize, partSignal);
  const etags: string[] = [];
  let next = 0;

  async function sendOneAfterAnother(): Promise<void> {
    while (next < count) {
      const index = next++;
      const range = { start: index * partSize, end: Math.min((index + 1) * partSize, source.size) };
      const digest = await digests?.parts[index];
      const part = { uploadId, number: index + 1, range, digest, signal: partSignal };
      etags[index] = await step(() => sendPart(upload, part), partSignal);
    }
  }

  async function checkWhole(): Promise<void> {
    const actual = await digests?.whole;
    if (md5 === undefined || actual === md5) return;
    throw new StorageError('invalid-request', `the source has MD5 ${actual} instead of ${md5}`);
  }

  const workers = [checkWhole(), ...Array.from({ length: Math.min(partsAtOnce, count) }, sendOneAfterAnother)];
  try {
    await Promise.all(workers);
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(workers);
    throw error;
  }
  return etags;
}

/** Nothing is hashed that nobody compares: parts are signed where TLS does not protect them, the whole is compared where it is known. */
function digestsOf({ source, md5 }: MultipartUpload, partSize: number | undefined, signal: AbortSignal): SourceDigests | undefined {
  return md5 === undefined && partSize === undefined ? undefined : digestSource(source, partSize, signal);
}

interface Part {
  readonly uploadId: string;
  readonly number: number;
  readonly range: { readonly start: number; readonly end: number };
  /** SHA-256, hex; where the part has to be signed. */
  readonly digest: string | undefined;
  readonly signal: AbortSignal;
}

async function sendPart({ key, source, requests, headers }: MultipartUpload, part: Part): Promise<string> {
  const { uploadId, number, range, digest, signal } = part;
  const body = await outgoingBody(source, range);
  const giveUp = giveUpSignal(signal);
  try {
    const response = await requests.send({
      method: 'PUT',
      key,
      query: { partNumber: String(number), uploadId },
      headers: { ...headers, ...(digest === undefined ? {} : { 'x-amz-content-sha256': digest }) },
      body: () => giveUp.watch(body.open()),
      contentLength: body.size,
      signal: giveUp.signal,
    });
    response.body.ignore();
    return response.headers.etag ?? '';
  } finally {
    giveUp.dispose();
  }
}

interface GiveUp {
  readonly signal: AbortSignal;
  watch(body: ReturnType<OutgoingBody['open']>): ReturnType<OutgoingBody['open']>;
  dispose(): void;
}

/**
 * Passes an abort on, but late once the whole body was handed over: a store that has all of a part may still keep it after the upload
 * was given up, and nobody would ever remove it. Its answer is waited for.
 */
function giveUpSignal(signal: AbortSignal): GiveUp {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let handedOver = false;
  const abort = (): void => controller.abort(signal.reason);
  const onAbort = (): void => {
    if (handedOver) timer = setTimeout(abort, answerTimeoutMs);
    else abort();
  };
  signal.throwIfAborted();
  signal.addEventListener('abort', onAbort);

  async function* watched(body: AsyncGenerator<Uint8Array, void, undefined>): AsyncGenerator<Uint8Array, void, undefined> {
    yield* body;
    handedOver = true;
  }
  return {
    signal: controller.signal,
    watch(body) {
      handedOver = body instanceof Uint8Array;
      return body instanceof Uint8Array ? body : watched(body);
    },
    dispose(): void {
      signal.removeEventListener('abort', onAbort);
      clearTimeout(timer);
    },
  };
}
