import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DavRequests } from './dav-requests.ts';
import { propfind } from './propfind.ts';

/** Where uploads are collected until they are whole, right below the remote's own collection. Listings leave it out. */
export const draftsFolder = '.datapin-uploads';

/** Drafts of this age belong to nobody who still lives. */
const abandonedAfterMs = 24 * 60 * 60 * 1000;
/** Tidying may take no longer than this. */
const tidyTimeoutMs = 5_000;
const secondTryMs = 300;

export interface Drafts {
  /** Percent-encoded path of the folder, with `/` at its end. */
  readonly folder: string;
  /** A path in the folder that nobody else has. */
  next(): string;
  /** The draft is not needed. It is removed later, so that whoever failed need not wait. A server may be `busy` with what broke off. */
  abandon(path: string, how?: { readonly busy: boolean }): void;
  /** Removes what was abandoned, in the background. */
  tidy(): void;
  /** Resolves when everything abandoned is gone, or cannot be removed. With `sweep`, also what processes that died have left. */
  settle(options: { readonly sweep: boolean }): Promise<void>;
}

/** What goes wrong in tidying up is nobody's failure: what stays is swept another time. */
export function createDrafts(requests: DavRequests, base: string): Drafts {
  const folder = `${base}/${draftsFolder}/`;
  const abandoned = new Map<string, boolean>();
  const working = new Set<Promise<void>>();

  function inBackground(work: () => Promise<void>): void {
    const running = work().catch(() => undefined);
    working.add(running);
    void running.then(() => working.delete(running));
  }

  /** A busy server may make a file of what broke off after it was asked to remove that. */
  async function remove(path: string, busy: boolean): Promise<void> {
    for (const pause of busy ? [0, secondTryMs] : [0]) {
      await sleep(pause);
      const response = await requests.send({ method: 'DELETE', path, accept: [404, 423], signal: AbortSignal.timeout(tidyTimeoutMs) });
      response.body.drop();
      if (response.status < 300) return;
    }
  }

  async function removeOld(): Promise<void> {
    const signal = AbortSignal.timeout(tidyTimeoutMs);
    const resources = (await propfind(requests, { path: folder, depth: '1', signal })) ?? [];
    for (const { path, collection, modified } of resources) {
      if (collection || modified === undefined || Date.now() - modified.getTime() < abandonedAfterMs) continue;
      await remove(folder + encodeURIComponent(path.slice(path.lastIndexOf('/') + 1)), false);
    }
  }

  function tidy(): void {
    for (const [path, busy] of abandoned) {
      abandoned.delete(path);
      inBackground(() => remove(path, busy));
    }
  }

  return {
    folder,
    next: () => folder + randomUUID(),
    abandon: (path, { busy } = { busy: false }) => void abandoned.set(path, busy),
    tidy,
    async settle({ sweep }): Promise<void> {
      tidy();
      if (sweep) inBackground(removeOld);
      await Promise.all(working);
    },
  };
}
