import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

export interface HttpStoreOptions {
  /** Requests without one of these headers (name in lower case, value) are answered by 401. */
  readonly credentials?: readonly (readonly [name: string, value: string])[];
  /** HEAD is answered by this status. */
  readonly refuseHead?: number;
  /** Range requests are answered with the whole, as simple servers do. */
  readonly ignoreRanges?: boolean;
  /** PEM files. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

export interface StoreRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A plain HTTP server on loopback that stores what is sent by POST or PUT. It knows no folders: a request target is a name, as it stands. */
export interface HttpStore extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` (`https:` with a certificate). */
  readonly origin: string;
  /** By request target. */
  readonly objects: Map<string, Buffer>;
  /** Request target → where a GET of it is sent (302). */
  readonly redirects: Map<string, string>;
  /** Every request that came, oldest first. */
  readonly requests: readonly StoreRequest[];
}

/** Starts the server. An upload is stored when its last byte has come; one that breaks off leaves what was there before. */
export async function startHttpStore(options: HttpStoreOptions = {}): Promise<HttpStore> {
  const objects = new Map<string, Buffer>();
  const redirects = new Map<string, string>();
  const requests: StoreRequest[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push(seen(request));
    serve({ options, objects, redirects, request, response }).catch(() => response.destroy());
  };
  const { tls } = options;
  const server: Server =
    tls === undefined ? createServer(listener) : createTlsServer({ cert: readFileSync(tls.cert), key: readFileSync(tls.key) }, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`,
    objects,
    redirects,
    requests,
    async [Symbol.asyncDispose](): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function seen({ method = '', url = '', headers }: IncomingMessage): StoreRequest {
  return { method, target: url, headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])) };
}

interface Exchange {
  readonly options: HttpStoreOptions;
  readonly objects: Map<string, Buffer>;
  readonly redirects: ReadonlyMap<string, string>;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function serve(exchange: Exchange): Promise<void> {
  const { options, objects, redirects, request, response } = exchange;
  const { method = '', url = '', headers } = request;
  const { credentials } = options;
  if (credentials !== undefined && !credentials.some(([name, value]) => headers[name] === value)) {
    request.resume();
    return answer(response, 401, { 'www-authenticate': 'Basic realm="store"' });
  }
  if (method === 'POST' || method === 'PUT') {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    if (!request.complete) return;
    objects.set(url, Buffer.concat(chunks));
    return answer(response, 201);
  }
  if (method === 'HEAD' && options.refuseHead !== undefined) return answer(response, options.refuseHead);
  if (method !== 'GET' && method !== 'HEAD') return answer(response, 405);
  const location = redirects.get(url);
  if (location !== undefined) return answer(response, 302, { location });
  const bytes = objects.get(url);
  return bytes === undefined ? answer(response, 404) : send(exchange, bytes);
}

function send({ options, request, response }: Exchange, bytes: Buffer): void {
  const common = {
    'content-type': 'application/octet-stream',
    etag: `"${createHash('sha1').update(bytes).digest('hex')}"`,
    ...(options.ignoreRanges === true ? {} : { 'accept-ranges': 'bytes' }),
  };
  const range = options.ignoreRanges === true ? null : /^bytes=(\d+)-(\d*)$/u.exec(request.headers.range ?? '');
  const start = Number(range?.[1] ?? 0);
  const end = Math.min(range?.[2] ? Number(range[2]) + 1 : bytes.length, bytes.length);
  if (range !== null && start >= end) return answer(response, 416, { 'content-range': `bytes */${bytes.length}` });
  response.writeHead(range === null ? 200 : 206, {
    ...common,
    'content-length': end - start,
    ...(range === null ? {} : { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` }),
  });
  response.end(request.method === 'HEAD' ? undefined : bytes.subarray(start, end));
}

function answer(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-length': '0', ...headers });
  response.end();
}
