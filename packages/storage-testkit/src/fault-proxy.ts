import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A request as the proxy saw it. */
export interface ProxiedRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** What goes wrong. Positions are counted in bytes of the body. */
export type Fault =
  /** The proxy answers by itself, the server is not asked. */
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** The connection breaks after so many bytes of the answer's body. */
  | { readonly kind: 'cut'; readonly after: number }
  /** The connection breaks after so many bytes of the request's body have come. */
  | { readonly kind: 'cut-upload'; readonly after: number }
  /** After so many bytes of the answer's body nothing more comes; the connection stays. */
  | { readonly kind: 'stall'; readonly after: number }
  /** The connection is reset before any answer. */
  | { readonly kind: 'reset' }
  /** One bit of the byte at this position is flipped. */
  | { readonly kind: 'corrupt'; readonly at: number }
  /** The answer claims so many bytes more (or fewer) than it has, then the connection ends in good order. */
  | { readonly kind: 'wrong-length'; readonly by: number }
  /** The answer has this body in place of its own, with the right length and status 200. */
  | { readonly kind: 'body'; readonly body: string };

export interface FaultTarget {
  /** Which requests it hits; all when absent. */
  readonly match?: (request: ProxiedRequest) => boolean;
  /** How many of them; 1 when absent, `Infinity` until {@link FaultProxy.heal}. */
  readonly times?: number;
}

/** A real HTTP server between a client and a server. Without faults it passes everything on unchanged, the `Host` header too. */
export interface FaultProxy extends AsyncDisposable {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** Every request that came, oldest first. */
  readonly requests: readonly ProxiedRequest[];
  /** Faults are tried in the order in which they were put in. */
  inject(fault: Fault, target?: FaultTarget): void;
  /** Takes all faults out and ends what stalls. */
  heal(): void;
}

interface ActiveFault {
  readonly fault: Fault;
  readonly match: (request: ProxiedRequest) => boolean;
  left: number;
}

/** Starts a proxy on a free port of 127.0.0.1, in front of a server at `origin` (`http://127.0.0.1:port`). */
export async function startFaultProxy(origin: string): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true });
  const requests: ProxiedRequest[] = [];
  const stalled = new Set<Socket>();
  let faults: ActiveFault[] = [];

  function faultFor(request: ProxiedRequest): Fault | undefined {
    const active = faults.find(({ left, match }) => left > 0 && match(request));
    if (active === undefined) return undefined;
    active.left -= 1;
    return active.fault;
  }

  const server = createServer((incoming, outgoing) => {
    const seen = { method: incoming.method ?? 'GET', target: incoming.url ?? '/', headers: incoming.headers };
    requests.push(seen);
    serve({ origin, agent, incoming, outgoing, fault: faultFor(seen), stalled });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;

  function heal(): void {
    faults = [];
    for (const socket of stalled) socket.destroy();
    stalled.clear();
  }

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    inject: (fault, { match = () => true, times = 1 } = {}) => {
      faults.push({ fault, match, left: times });
    },
    heal,
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      heal();
      agent.destroy();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Exchange {
  readonly origin: string;
  readonly agent: Agent;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly fault: Fault | undefined;
  readonly stalled: Set<Socket>;
}

function serve(exchange: Exchange): void {
  const { incoming, outgoing, fault } = exchange;
  switch (fault?.kind) {
    case 'status':
      // the request is taken in first: an answer in the middle of an upload is another fault
      incoming.resume().once('end', () => answer(outgoing, fault.status, fault.headers ?? {}, fault.body ?? ''));
      return;
    case 'reset':
      incoming.socket.resetAndDestroy();
      return;
    default:
      forward(exchange);
  }
}

function answer(outgoing: ServerResponse, status: number, headers: Readonly<Record<string, string>>, body: string): void {
  outgoing.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers });
  outgoing.end(outgoing.req.method === 'HEAD' ? undefined : body);
}

function forward(exchange: Exchange): void {
  const { origin, agent, incoming, outgoing, fault } = exchange;
  const { hostname, port } = new URL(origin);
  const { expect: _, ...headers } = incoming.headers;
  const upstream = httpRequest({ hostname, port, agent, method: incoming.method ?? 'GET', path: incoming.url ?? '/', headers });
  upstream.once('response', (response) => relay(exchange, response));
  upstream.once('error', () => outgoing.destroy());
  outgoing.once('close', () => upstream.destroy());
  let received = 0;
  incoming.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (fault?.kind === 'cut-upload' && received > fault.after) {
      upstream.destroy();
      incoming.socket.resetAndDestroy();
    } else if (!upstream.write(chunk)) {
      incoming.pause();
      upstream.once('drain', () => incoming.resume());
    }
  });
  incoming.once('end', () => upstream.end());
}

function relay({ outgoing, fault, stalled }: Exchange, response: IncomingMessage): void {
  const headers: Record<string, string | string[] | undefined> = { ...response.headers };
  if (fault?.kind === 'body') {
    response.resume().once('end', () => answer(outgoing, 200, { 'content-type': 'text/html' }, fault.body));
    return;
  }
  if (fault?.kind === 'wrong-length') {
    headers['content-length'] = String(Number(headers['content-length']) + fault.by);
    headers['connection'] = 'close';
  }
  delete headers['transfer-encoding'];
  outgoing.writeHead(response.statusCode ?? 502, headers);
  let position = 0;
  response.on('data', (chunk: Buffer) => {
    const start = position;
    position += chunk.length;
    if ((fault?.kind === 'cut' || fault?.kind === 'stall') && position > fault.after) {
      if (fault.kind === 'stall' && outgoing.socket) stalled.add(outgoing.socket);
      outgoing.write(chunk.subarray(0, Math.max(0, fault.after - start)), () => fault.kind === 'cut' && outgoing.destroy());
      response.destroy();
      return;
    }
    if (fault?.kind === 'corrupt' && fault.at >= start && fault.at < position) {
      const at = fault.at - start;
      chunk.writeUInt8(chunk.readUInt8(at) ^ 0x01, at);
    }
    if (outgoing.write(chunk)) return;
    response.pause();
    outgoing.once('drain', () => response.resume());
  });
  response.once('end', () => outgoing.end());
  response.once('error', () => outgoing.destroy());
}
