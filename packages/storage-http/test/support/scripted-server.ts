import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

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
export type Respond = (request: RecordedRequest, raw: ServerResponse) => Answer | undefined;

/** A server on loopback that answers as told and keeps what it was sent. */
export interface ScriptedServer extends AsyncDisposable {
  readonly origin: string;
  readonly requests: readonly RecordedRequest[];
}

/** Starts a server. Without `respond` it answers 200 and no body. */
export async function startScriptedServer(respond: Respond = () => ({})): Promise<ScriptedServer> {
  const requests: RecordedRequest[] = [];
  async function handle(incoming: IncomingMessage, raw: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
    const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
    const request = { method: incoming.method ?? '', target: incoming.url ?? '', headers, body: Buffer.concat(chunks) };
    requests.push(request);
    const answer = respond(request, raw);
    if (answer === undefined) return;
    const body = answer.body ?? '';
    raw.writeHead(answer.status ?? 200, { 'content-length': String(Buffer.byteLength(body)), ...answer.headers });
    raw.end(request.method === 'HEAD' ? undefined : body);
  }
  const server = createServer((incoming, raw) => void handle(incoming, raw).catch(() => raw.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    requests,
    async [Symbol.asyncDispose](): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
