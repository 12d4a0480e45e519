import { randomUUID } from 'node:crypto';

import type { DriveFile } from './drive-client.ts';
import type { DriveSession } from './drive-session.ts';
import { objectType, uploadedFile, uploadRequest, type UploadTarget } from './upload-target.ts';

/** Uploads bytes with their metadata in one request: for objects that fit one. */
export async function uploadWhole(
  session: DriveSession,
  target: UploadTarget,
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<DriveFile> {
  const { method, url, metadata } = uploadRequest(target, 'multipart');
  const boundary = randomUUID();
  const head = `--${boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n${metadata}\r\n--${boundary}\r\nContent-Type: ${objectType}\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  const headers = { 'content-type': `multipart/related; boundary=${boundary}` };
  return uploadedFile(await session.send({ method, url, headers, body, signal }));
}
