import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { join } from 'node:path';

/** A request as it came in over the wire. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** What the server says to a request; the raw response is for misbehaving (it then returns nothing). */
export type Respond = (request: RecordedRequest, raw: ServerResponse) => Answer | undefined | Promise<Answer | undefined>;

/** A server on loopback that keeps what it was sent. */
export interface Recorder extends AsyncDisposable {
  readonly endpoint: string;
  readonly port: number;
  readonly requests: readonly RecordedRequest[];
  /** The only request; fails when there were none or several. */
  only(): RecordedRequest;
}

const tls = join(import.meta.dirname, '..', 'fixtures', 'tls');

/** The authority that signed the certificate of TLS recorders. */
export const authorityFile: string = join(tls, 'authority.pem');

/** Starts a recorder. Without `respond` it answers 200 with an ETag and no body. */
export async function startRecorder(respond: Respond = () => ({}), options: { readonly tls?: boolean } = {}): Promise<Recorder> {
  const requests: RecordedRequest[] = [];
  const listener: RequestListener = (incoming, raw) =>
    void handle(incoming, raw).catch((error: unknown) => raw.destroy(error instanceof Error ? error : undefined));

  async function handle(incoming: IncomingMessage, raw: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
    const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
    const request = { method: incoming.method ?? '', target: incoming.url ?? '', headers, body: Buffer.concat(chunks) };
    requests.push(request);
    const answer = await respond(request, raw);
    if (answer === undefined) return;
    const body = answer.body ?? '';
    raw.writeHead(answer.status ?? 200, { etag: '"etag"', 'content-length': String(Buffer.byteLength(body)), ...answer.headers });
    raw.end(request.method === 'HEAD' ? undefined : body);
  }

  const server =
    options.tls === true
      ? createTlsServer({ cert: readFileSync(join(tls, 'server.pem')), key: readFileSync(join(tls, 'server.key')) }, listener)
      : createServer(listener);
  const port = await listen(server);
  return {
    endpoint: `${options.tls === true ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    requests,
    only(): RecordedRequest {
      const [request] = requests;
      if (request === undefined || requests.length > 1)
        throw new Error(`expected one request, got ${requests.map(({ method, target }) => `${method} ${target}`).join(', ') || 'none'}`);
      return request;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** An error as S3 writes it. */
export function s3Error(status: number, code: string, more = '', headers: Readonly<Record<string, string>> = {}): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>because of ${code}</Message>${more}<RequestId>1</RequestId></Error>`;
  return { status, headers: { 'content-type': 'application/xml', ...headers }, body };
}
