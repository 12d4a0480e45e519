import { isStorageError, type ObjectInfo, type ReadOptions, StorageError } from '@datapin/storage';
import type { HttpRequests } from './http-requests.ts';
import type { HttpResponse } from './http-transport.ts';
import type { RangeSupport } from './range-support.ts';
import { decoded, isEncoded } from './read-object.ts';

/** Asks about objects of one remote. */
export type StatObject = (key: string, options: ReadOptions) => Promise<ObjectInfo>;

/** Above this many bytes it matters whether an object can be had in parts. */
const largeObject = 4 * 1024 * 1024;

/** Statuses of a HEAD that may mean that the server does not like the method, not the object. */
const mayRefuseHead: ReadonlySet<number> = new Set([400, 403, 404, 405, 406, 410, 501]);

/**
 * Asks by HEAD. Servers that refuse it, lie about it, or leave the length out are asked by GET for the first byte (DVC falls back in the same way). Once a
 * HEAD was borne out, a 404 to it is believed; once it was not, it is not sent again.
 */
export function statObject(requests: HttpRequests, ranges: RangeSupport): StatObject {
  let headWorks: boolean | undefined;

  async function byHead(key: string, signal: AbortSignal | undefined): Promise<ObjectInfo | StorageError | undefined> {
    if (headWorks === false) return undefined;
    try {
      const response = await requests.send({ method: 'HEAD', key, signal });
      await response.drop();
      headWorks = true;
      ranges.learn(response);
      const size = lengthOf(response);
      return size === undefined || (size > largeObject && !ranges.known) ? undefined : objectInfo(key, size, response);
    } catch (error) {
      if (!isStorageError(error) || error.status === undefined || !mayRefuseHead.has(error.status)) throw error;
      if (error.code === 'not-found' && headWorks === true) throw error;
      return error;
    }
  }

  return async (key, { signal }) => {
    const head = await byHead(key, signal);
    if (head !== undefined && !isStorageError(head)) return head;
    try {
      const info = await byGet({ requests, ranges, key, signal });
      if (head !== undefined) headWorks = false;
      return info;
    } catch (error) {
      if (isStorageError(error) && head?.code === 'not-found' && error.code === 'not-found') headWorks = true;
      throw error;
    }
  };
}

interface Question {
  readonly requests: HttpRequests;
  readonly ranges: RangeSupport;
  readonly key: string;
  readonly signal: AbortSignal | undefined;
}

async function byGet({ requests, ranges, key, signal }: Question): Promise<ObjectInfo> {
  // an empty object has no first byte: 416
  const response = await requests.send({ method: 'GET', key, headers: { range: 'bytes=0-0' }, signal }, [416]);
  if (response.status !== 416) ranges.learn(response, { asked: true });
  const total = /^bytes (?:\d+-\d+|\*)\/(\d+)$/u.exec(response.headers['content-range'] ?? '')?.[1];
  const size = response.status === 200 ? lengthOf(response) : total === undefined ? undefined : Number(total);
  if (size !== undefined) {
    await response.drop();
    return objectInfo(key, size, response);
  }
  if (response.status !== 200) {
    await response.drop();
    throw new StorageError('unsupported', `object ${key}: the server does not tell its size`, { status: response.status });
  }
  return objectInfo(key, await countedLength(response, key), response);
}

/** The size of the object, where the answer's length is that. */
function lengthOf({ headers }: HttpResponse): number | undefined {
  const length = headers['content-length'];
  return length === undefined || isEncoded(headers['content-encoding']) || !/^\d+$/u.test(length) ? undefined : Number(length);
}

/** For servers that do not tell: the bytes themselves. */
async function countedLength(response: HttpResponse, key: string): Promise<number> {
  let length = 0;
  for await (const chunk of decoded(response, key)) length += chunk.length;
  return length;
}

/** The checksum is what DVC records of an imported URL: the ETag as it stands, else Content-MD5. */
function objectInfo(key: string, size: number, { headers }: HttpResponse): ObjectInfo {
  const md5 = headers['content-md5'];
  const etag = headers.etag ?? (typeof md5 === 'string' ? md5 : undefined);
  return etag === undefined || etag === '' ? { key, size } : { key, size, etag };
}
