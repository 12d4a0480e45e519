import type { ObjectInfo } from '@datapin/storage';
import type { DavRequests } from './dav-requests.ts';
import type { DavResource } from './multistatus.ts';
import { objectInfo, propfind } from './propfind.ts';
import { decodePath, encodePath, isUsableKey } from './resource-path.ts';

export interface ListRequest {
  /** Percent-encoded path of the remote's collection, without `/` at its end. */
  readonly base: string;
  readonly prefix: string;
  readonly pageSize: number;
  /** Name of a collection right below the remote's own that holds no objects. */
  readonly hidden: string;
  readonly signal: AbortSignal;
}

/** Folders that are asked about at once. */
const foldersAtOnce = 8;

interface Folder {
  /** Key of the folder with `/` at its end; empty for the remote's own collection. */
  readonly key: string;
  readonly objects: readonly ObjectInfo[];
  readonly folders: readonly string[];
}

/**
 * Walks the folders below a prefix, each by one PROPFIND of depth 1 (deeper ones are refused by many servers), a few at once, no
 * further ahead than the reader is. A folder that vanishes meanwhile holds nothing.
 */
export async function* listObjects(requests: DavRequests, request: ListRequest): AsyncGenerator<readonly ObjectInfo[], void, undefined> {
  const { prefix, pageSize } = request;
  const start = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  if (start !== '' && !isUsableKey(start.slice(0, -1))) return;
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  const waiting = [start];
  const asked = new Map<string, Promise<Folder>>();
  let page: ObjectInfo[] = [];
  try {
    for (;;) {
      while (asked.size < foldersAtOnce) {
        const next = waiting.pop();
        if (next === undefined) break;
        asked.set(next, readFolder(requests, { ...request, signal }, next));
      }
      if (asked.size === 0) break;
      const folder = await Promise.race(asked.values());
      asked.delete(folder.key);
      waiting.push(...folder.folders.filter((key) => key.startsWith(prefix)));
      page = page.concat(folder.objects.filter(({ key }) => key.startsWith(prefix)));
      for (; page.length >= pageSize; page = page.slice(pageSize)) yield page.slice(0, pageSize);
      request.signal.throwIfAborted();
    }
    if (page.length > 0) yield page;
    request.signal.throwIfAborted();
  } finally {
    stop.abort();
    await Promise.allSettled(asked.values());
  }
}

async function readFolder(requests: DavRequests, { base, hidden, signal }: ListRequest, key: string): Promise<Folder> {
  const path = `${base}/${encodePath(key)}`;
  const own = decodePath(path).replace(/\/+$/u, '');
  const resources = await propfind(requests, { path, depth: '1', signal });
  const names = new Set<string>();
  const objects: ObjectInfo[] = [];
  const folders: string[] = [];
  for (const resource of membersOf(resources ?? [], own)) {
    const name = resource.path.slice(resource.path.lastIndexOf('/') + 1);
    if (names.has(name) || !isUsableKey(name) || (key === '' && name === hidden)) continue;
    names.add(name);
    if (resource.collection) folders.push(`${key}${name}/`);
    else objects.push(objectInfo(`${key}${name}`, resource));
  }
  return { key, objects, folders };
}

/**
 * Everything but the collection itself. A proxy may show the server under another path than the server thinks it has; the collection
 * is then the one whose path all others begin with. Nothing is in what is no collection.
 */
function membersOf(resources: readonly DavResource[], own: string): readonly DavResource[] {
  const self =
    resources.find(({ path }) => path === own) ??
    resources.find((candidate) => resources.every((other) => other === candidate || other.path.startsWith(`${candidate.path}/`)));
  if (self?.collection === false) return [];
  return resources.filter((resource) => resource !== self && resource.path !== self?.path);
}
