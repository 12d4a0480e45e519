import { once } from 'node:events';
import { Agent as HttpAgent, createServer, type RequestListener, type Server } from 'node:http';
import { Agent as HttpsAgent, createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';

import type { ServerCertificate } from './certificates.ts';
import type { Fault, FaultProxy, FaultTarget, ProxiedRequest } from './fault.ts';
import { serve } from './relay.ts';

export interface FaultProxyOptions {
  /** The proxy speaks TLS with its clients, with this certificate. */
  readonly tls?: ServerCertificate;
}

interface ActiveFault {
  readonly fault: Fault;
  readonly match: NonNullable<FaultTarget['match']>;
  left: number;
}

/** Starts a proxy on a free port of 127.0.0.1, in front of a server at `origin` (`http://127.0.0.1:port`; `https:` works, too). */
export async function startFaultProxy(origin: string, { tls }: FaultProxyOptions = {}): Promise<FaultProxy> {
  const agent = new URL(origin).protocol === 'https:' ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const requests: ProxiedRequest[] = [];
  const sockets = new Set<Socket>();
  const stalled = new Set<Socket>();
  let faults: ActiveFault[] = [];

  function faultFor(request: Parameters<ActiveFault['match']>[0]): Fault | undefined {
    const active = faults.find(({ left, match }) => left > 0 && match(request));
    if (active === undefined) return undefined;
    active.left -= 1;
    return active.fault;
  }

  const server = listen(tls, (incoming, outgoing) => {
    const { method = 'GET', url: target = '/', headers } = incoming;
    const fault = faultFor({ method, target, headers });
    const record = { method, target, headers, fault, bytesAnswered: 0 };
    requests.push(record);
    serve({ origin, agent, incoming, outgoing, fault, stalled, record });
  });
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    sockets.add(socket);
    // a client that does not trust the certificate, or that goes away, is no failure of the proxy
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
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
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    get connections() {
      return sockets.size;
    },
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
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(tls: ServerCertificate | undefined, listener: RequestListener): Server {
  // a client's pause between two requests must not look like a fault
  const options = { keepAliveTimeout: 600_000, requestTimeout: 0, headersTimeout: 0 };
  return tls === undefined ? createServer(options, listener) : createTlsServer({ ...options, ...tls }, listener);
}
