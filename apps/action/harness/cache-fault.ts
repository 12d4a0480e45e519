import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a client does to a cache service. */
export type CacheOperation = 'lookup' | 'reserve' | 'finalize' | 'upload' | 'download';

/**
 * How a service can be in a bad way. A number is an HTTP status with a body as the service writes it; `html` a page of some proxy with
 * status 200; `hang` no answer at all; `reset` a connection that breaks; `cut` half of a download, then a broken connection;
 * `stall` half of a download, then silence.
 */
export type CacheFaultKind = 403 | 404 | 429 | 500 | 503 | 'html' | 'hang' | 'reset' | 'cut' | 'stall';

export interface CacheFault {
  readonly on: CacheOperation;
  readonly kind: CacheFaultKind;
  /** How often; for ever if not given. */
  readonly times?: number;
}

export interface FaultPlan {
  readonly add: (fault: CacheFault) => void;
  readonly clear: () => void;
  /** What goes wrong now, if anything; uses it up. */
  readonly next: (operation: CacheOperation) => CacheFaultKind | undefined;
}

export function faultPlan(): FaultPlan {
  let planned: { readonly fault: CacheFault; left: number }[] = [];
  return {
    add: (fault) => void planned.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY }),
    clear: () => (planned = []),
    next(operation) {
      const due = planned.find(({ fault, left }) => fault.on === operation && left > 0);
      if (due === undefined) return undefined;
      due.left -= 1;
      return due.fault.kind;
    },
  };
}

/** Answers a request in the given bad way. `cut` and `stall` are the download's own business. */
export function answerBadly(kind: Exclude<CacheFaultKind, 'cut' | 'stall'>, request: IncomingMessage, response: ServerResponse): void {
  switch (kind) {
    case 'hang':
      request.resume();
      return;
    case 'reset':
      request.socket.destroy();
      return;
    case 'html':
      request.resume();
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><title>Sign in</title><p>Welcome to the proxy');
      return;
    default: {
      request.resume();
      const text = { 403: 'permission_denied', 404: 'not_found', 429: 'resource_exhausted', 500: 'internal', 503: 'unavailable' }[kind];
      const headers = { 'content-type': 'application/json', ...(kind === 429 ? { 'retry-after': '7' } : {}) };
      response.writeHead(kind, headers).end(JSON.stringify({ code: text, msg: text.replace('_', ' ') }));
    }
  }
}
