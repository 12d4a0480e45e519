import { StorageError } from '@datapin/storage';
import type { drive_v3 } from '@googleapis/drive';

import { type DriveFile, driveFile, fileFields } from './drive-client.ts';
import type { HttpAnswer } from './http-client.ts';

/** What an upload makes: a new file, with the id that it is to have where there is one, or new bytes of a file that is there. */
export type UploadTarget =
  | { readonly kind: 'new'; readonly name: string; readonly parent: string; readonly id: string | undefined }
  | { readonly kind: 'replace'; readonly id: string };

/** The type of all objects: their content is nobody's business. */
export const objectType = 'application/octet-stream';

/** The request that begins an upload, without its body. */
export function uploadRequest(
  target: UploadTarget,
  uploadType: 'multipart' | 'resumable',
): { readonly method: 'POST' | 'PATCH'; readonly url: string; readonly metadata: string } {
  const query = `uploadType=${uploadType}&supportsAllDrives=true&fields=${encodeURIComponent(fileFields)}`;
  const address = 'https://www.googleapis.com/upload/drive/v3/files';
  if (target.kind === 'replace') return { method: 'PATCH', url: `${address}/${encodeURIComponent(target.id)}?${query}`, metadata: '{}' };
  const { name, parent, id } = target;
  return {
    method: 'POST',
    url: `${address}?${query}`,
    metadata: JSON.stringify({ name, parents: [parent], mimeType: objectType, ...(id === undefined ? {} : { id }) }),
  };
}

/** The file that a finished upload made. */
export async function uploadedFile(answer: HttpAnswer): Promise<DriveFile> {
  const text = Buffer.from(await answer.body.bytes()).toString();
  try {
    const file: drive_v3.Schema$File = JSON.parse(text);
    return driveFile(file);
  } catch (cause) {
    throw new StorageError('interrupted', 'Google Drive answered an upload with something else than a file', {
      cause,
      status: answer.status,
    });
  }
}
