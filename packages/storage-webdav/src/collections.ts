import { failureError } from './dav-error.ts';
import type { DavRequests } from './dav-requests.ts';
import { propfind } from './propfind.ts';
import { parentOf } from './resource-path.ts';

export interface Collections {
  /** Makes a collection and those above it, as far as they are missing. Asked for many times at once, it is made once. */
  ensure(path: string): Promise<void>;
  /** Whether it cannot be there without our having made it: a collection above it was made here. */
  isMissing(path: string): boolean;
  /** Somebody else removed it. */
  forget(path: string): void;
}

/**
 * What is known of the collections of a server. Paths are percent-encoded and end in `/`. Nothing is made in advance: whoever gets a
 * 409 asks for the parent then, so a remote that has all its folders costs no MKCOL.
 */
export function createCollections(requests: DavRequests, signal: AbortSignal): Collections {
  const known = new Map<string, Promise<void>>();
  const made = new Set<string>();

  function ensure(path: string): Promise<void> {
    const started = known.get(path);
    if (started !== undefined) return started;
    const attempt = make(path);
    known.set(path, attempt);
    attempt.catch(() => known.delete(path));
    return attempt;
  }

  async function make(path: string): Promise<void> {
    const parent = parentOf(path);
    if (parent !== undefined && isMissing(path)) await ensure(parent);
    let status = await mkcol(path);
    if (parent !== undefined && lacksParent(status)) {
      await ensure(parent);
      status = await mkcol(path);
      if (lacksParent(status)) {
        // it was there, and somebody else removed it
        forget(parent);
        await ensure(parent);
        status = await mkcol(path);
      }
    }
    // RFC 4918 §9.3.1: 405 for what exists
    if (status === 405) return;
    if (status >= 300 && !(await isCollection(path)))
      throw failureError({ status, headers: {}, text: '' }, `making the collection ${path}`);
    made.add(path);
  }

  /** Somebody else may have made it at the same moment, for which servers find various words. */
  async function isCollection(path: string): Promise<boolean> {
    const [resource] = (await propfind(requests, { path, depth: '0', signal }).catch(() => [])) ?? [];
    return resource?.collection === true;
  }

  async function mkcol(path: string): Promise<number> {
    const response = await requests.send({ method: 'MKCOL', path, accept: [403, 404, 405, 409, 500], signal });
    response.body.drop();
    return response.status;
  }

  function isMissing(path: string): boolean {
    const parent = parentOf(path);
    return parent !== undefined && !known.has(path) && (made.has(parent) || isMissing(parent));
  }

  function forget(path: string): void {
    known.delete(path);
    made.delete(path);
  }

  return { ensure, isMissing, forget };
}

function lacksParent(status: number): boolean {
  return status === 409 || status === 404;
}
