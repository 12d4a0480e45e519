import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** A small store that is reached by HTTP, in memory: enough to try the suite's promises about connections and answers. */
export interface HttpStore extends AsyncDisposable {
  readonly origin: string;
  /** Uploads that were neither published nor given up. */
  readonly staged: ReadonlyMap<string, Uint8Array>;
}

export const storeToken = 'token/+ of the store';

interface Request {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly body: Uint8Array;
  readonly query: URLSearchParams;
}

/**
 * Starts it. `GET`, `HEAD`, `DELETE /?key=`; `PUT /?stage=` then `POST /?publish=&key=`; `GET /?list=&after=`. Every request needs
 * `authorization: Bearer <token>`, URL-encoded.
 */
export async function startHttpStore(): Promise<HttpStore> {
  const objects = new Map<string, Uint8Array>();
  const staged = new Map<string, Uint8Array>();

  function answer({ incoming, outgoing, body, query }: Request): void {
    const [key, stage, publish, list] = [query.get('key'), query.get('stage'), query.get('publish'), query.get('list')];
    if (incoming.headers.authorization !== `Bearer ${encodeURIComponent(storeToken)}`) end(outgoing, 401, 'who are you?');
    else if (list !== null) end(outgoing, 200, pageOf(objects, list, query.get('after')));
    else if (stage !== null && incoming.method === 'DELETE') end(outgoing, staged.delete(stage) ? 204 : 404);
    else if (stage !== null) {
      staged.set(stage, body);
      end(outgoing, 201);
    } else if (publish !== null && key !== null) {
      const bytes = staged.get(publish);
      const wanted = query.get('md5');
      if (bytes === undefined) end(outgoing, 404);
      else if (wanted !== null && createHash('md5').update(bytes).digest('hex') !== wanted) end(outgoing, 400, 'another MD5');
      else {
        objects.set(key, bytes);
        staged.delete(publish);
        end(outgoing, 201);
      }
    } else if (key !== null && incoming.method === 'DELETE') end(outgoing, objects.delete(key) ? 204 : 404);
    else if (key === null || !objects.has(key)) end(outgoing, 404, 'no such object');
    else sendObject(incoming, outgoing, objects.get(key) ?? new Uint8Array());
  }

  const server = createServer({ keepAliveTimeout: 600_000 }, (incoming, outgoing) => {
    const chunks: Uint8Array[] = [];
    incoming.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    incoming.once('end', () => {
      const query = new URL(incoming.url ?? '/', 'http://store').searchParams;
      answer({ incoming, outgoing, body: new Uint8Array(Buffer.concat(chunks)), query });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    origin: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    staged,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function end(outgoing: ServerResponse, status: number, text = ''): void {
  outgoing.writeHead(status, status === 204 ? {} : { 'content-length': Buffer.byteLength(text) });
  outgoing.end(text);
}

function sendObject({ headers, method }: IncomingMessage, outgoing: ServerResponse, bytes: Uint8Array): void {
  const range = /^bytes=(\d+)-(\d+)$/u.exec(headers.range ?? '');
  const [start, last] = range === null ? [0, bytes.length - 1] : [Number(range[1]), Math.min(Number(range[2]), bytes.length - 1)];
  if (range !== null && start >= bytes.length) {
    end(outgoing, 416);
    return;
  }
  const part = bytes.subarray(start, last + 1);
  outgoing.writeHead(range === null ? 200 : 206, {
    'content-length': part.length,
    ...(range === null ? {} : { 'content-range': `bytes ${start}-${last}/${bytes.length}` }),
  });
  outgoing.end(method === 'HEAD' ? undefined : part);
}

const pageSize = 50;

function pageOf(objects: ReadonlyMap<string, Uint8Array>, prefix: string, after: string | null): string {
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && (after === null || key > after)).sort();
  const page = keys.slice(0, pageSize).map((key) => ({ key, size: objects.get(key)?.length ?? 0 }));
  return JSON.stringify({ objects: page, more: keys.length > pageSize });
}
