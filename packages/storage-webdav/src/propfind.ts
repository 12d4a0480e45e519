import { isStorageError, type ObjectInfo, StorageError } from '@datapin/storage';
import { failureError } from './dav-error.ts';
import type { DavRequests } from './dav-requests.ts';
import { type DavResource, notWebdav, parseMultistatus, wantedProperties } from './multistatus.ts';
import { parentOf } from './resource-path.ts';

/** Longest answer that is read, in bytes: about 100,000 resources. */
const longestAnswer = 64 * 1024 * 1024;

/** A resource as an object. Rejects when the server does not tell its size. */
export function objectInfo(key: string, { size, etag }: DavResource): ObjectInfo {
  if (size === undefined) throw new StorageError('unsupported', `${key}: the server does not tell its size (getcontentlength)`);
  return { key, size, ...(etag === undefined ? {} : { etag }) };
}

export interface Propfind {
  readonly path: string;
  readonly depth: '0' | '1';
  readonly subject?: string;
  readonly signal: AbortSignal;
}

/**
 * Asks for a resource, and those in it at depth 1; `undefined` when it is not there. A collection whose path has no `/` at its end may
 * reject with `not-found` instead: it is no object.
 */
export async function propfind(requests: DavRequests, request: Propfind): Promise<readonly DavResource[] | undefined> {
  const { path, depth, subject = requests.origin + path, signal } = request;
  const headers = { depth, 'content-type': 'application/xml; charset=utf-8', accept: 'application/xml, text/xml' };
  const response = await requests.send({ method: 'PROPFIND', path, headers, body: wantedProperties, subject, signal, accept: [400, 404] });
  const { status } = response;
  if (status === 207) return parseMultistatus(String(await response.body.collect(longestAnswer)), subject);
  response.body.drop();
  if (status === 404) return undefined;
  if (status !== 400) throw notWebdav(subject);
  if (await isBelowObject(requests, request)) return undefined;
  throw failureError({ status, headers: {}, text: '' }, subject);
}

/** Apache calls the path of something in a file a bad request. */
async function isBelowObject(requests: DavRequests, { path, signal }: Propfind): Promise<boolean> {
  const parent = path.endsWith('/') ? path.slice(0, -1) : parentOf(path)?.slice(0, -1);
  if (parent === undefined || parent === '') return false;
  try {
    const [resource] = (await propfind(requests, { path: parent, depth: '0', signal })) ?? [];
    return resource?.collection !== true;
  } catch (error) {
    if (isStorageError(error) && error.code === 'not-found') return false;
    throw error;
  }
}
