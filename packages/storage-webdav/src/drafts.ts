import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DavRequests } from './dav-requests.ts';
import { propfind } from './propfind.ts';

/** Where uploads are collected until they are whole, right below the remote's own collection. Listings leave it out. */
export const draftsFolder = '.datapin-uploads';

/** Drafts of this age belong to nobody who still lives. */
const abandonedAfterMs = 24 * 60 * 60 * 1000;
/** Tidying up at the end may take no longer than this. */
const settleTimeoutMs = 5_000;
/** A server that is busy with what broke off, or a bad connection, may refuse a removal: it is asked again. */
const pausesMs = [0, 50, 200, 800];

export interface Drafts {
  /** Percent-encoded path of this storage's own folder, with `/` at its end. It has to be made before a draft is sent. */
  readonly folder: string;
  /** A path in the folder that was not used before. What is left there goes with the folder. */
  next(): string;
  /** A folder elsewhere is not needed: it is removed in the background, so that whoever failed need not wait. */
  abandon(path: string): void;
  /**
   * Resolves when everything abandoned and the folder itself are gone, or cannot be removed. To be called when nothing is sent any more.
   * With `sweep`, what processes that died have left goes too.
   */
  settle(options: { readonly sweep: boolean }): Promise<void>;
}

/**
 * Every storage has a folder of its own, which goes as a whole at the end: a server may still be busy with a body that broke off when it is asked
 * to remove what it made of it, and has nowhere to put it once the folder is gone.
 * What goes wrong in tidying up is nobody's failure: what stays is swept another time.
 */
export function createDrafts(requests: DavRequests, base: string): Drafts {
  const all = `${base}/${draftsFolder}/`;
  const folder = `${all}${randomUUID()}/`;
  /** What has to be removed, and was not yet. */
  const unneeded = new Set<string>();
  const working = new Set<Promise<void>>();
  let drafts = 0;

  function inBackground(work: Promise<void>): void {
    const running = work.catch(() => undefined);
    working.add(running);
    void running.then(() => working.delete(running));
  }

  async function remove(path: string, signal: AbortSignal): Promise<void> {
    const response = await requests.send({ method: 'DELETE', path, accept: [404, 423], signal });
    response.body.drop();
    // RFC 4918 §9.6.1: with 207 a part of it could not be removed
    if (response.status !== 423 && response.status !== 207) unneeded.delete(path);
  }

  async function insist(path: string, signal: AbortSignal): Promise<void> {
    for (const pause of pausesMs) {
      await sleep(pause, undefined, { signal });
      await remove(path, signal).catch(() => undefined);
      if (!unneeded.has(path)) return;
    }
  }

  async function removeOld(signal: AbortSignal): Promise<void> {
    const resources = (await propfind(requests, { path: all, depth: '1', signal })) ?? [];
    for (const { path, collection, modified } of resources) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      if (name === draftsFolder || modified === undefined || Date.now() - modified.getTime() < abandonedAfterMs) continue;
      await remove(`${all}${encodeURIComponent(name)}${collection ? '/' : ''}`, signal);
    }
  }

  return {
    folder,
    next() {
      unneeded.add(folder);
      return `${folder}${(drafts += 1)}`;
    },
    abandon(path) {
      unneeded.add(path);
      inBackground(remove(path, AbortSignal.timeout(settleTimeoutMs)));
    },
    async settle({ sweep }): Promise<void> {
      const signal = AbortSignal.timeout(settleTimeoutMs);
      await Promise.all(working);
      for (const path of unneeded) inBackground(insist(path, signal));
      if (sweep) inBackground(removeOld(signal));
      await Promise.all(working);
      unneeded.clear();
    },
  };
}
