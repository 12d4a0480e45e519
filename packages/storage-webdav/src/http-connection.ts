import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { ByteStream } from '@datapin/storage';
import type { Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import { networkError } from './network-error.ts';
import type { ConnectionSettings } from './webdav-settings.ts';

/** A body to send: bytes, or a way to open them, again for each attempt. */
export type RequestBody = Uint8Array | (() => AsyncGenerator<Uint8Array, void, undefined>);

export interface HttpRequest {
  readonly method: string;
  /** Percent-encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: RequestBody | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How long the answer may take, when that is longer than the remote's `timeout`. */
  readonly answerTimeoutMs?: number | undefined;
}

/** An answer whose headers have arrived. The body has to be read, collected or dropped. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: HttpBody;
}

export interface HttpBody extends ByteStream {
  /** The whole body. Rejects when it is longer than `limit` bytes. */
  collect(limit: number): Promise<Buffer>;
  /** Lets a short body pass, so that the connection serves again; gives the connection up for a long one. */
  drop(): void;
}

export interface HttpConnection extends AsyncDisposable {
  readonly origin: string;
  /**
   * Sends a request and resolves with the answer's headers, whatever its status. Follows no redirect, keeps no cookie.
   * Rejects with the signal's reason, with what the body itself failed with, or with a `StorageError` for what went wrong on the way.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
}

/** Small servers lose connections that come in larger crowds: wsgidav listens with a backlog of five. */
const mostConnections = 32;

type Send = (options: Dispatcher.RequestOptions) => Promise<Dispatcher.ResponseData>;

/** Kept connections to one server. Nothing is connected before the first request. */
export function createConnection(origin: string, settings: ConnectionSettings): HttpConnection {
  let opened: Promise<{ readonly send: Send; readonly dispatcher: Dispatcher }> | undefined;
  let closed = false;

  return {
    origin,
    async send({ method, path, headers, body, signal, answerTimeoutMs }): Promise<HttpResponse> {
      signal?.throwIfAborted();
      if (closed) throw networkError(origin, new Error('the storage was closed'));
      opened ??= open(origin, settings);
      const { send } = await opened;
      signal?.throwIfAborted();
      const source = watch(body);
      const reasonOf = (error: unknown): unknown => {
        if (signal?.aborted === true) return signal.reason;
        return source.failure === undefined ? networkError(origin, error) : source.failure.reason;
      };
      try {
        const response = await send({
          origin,
          method: method,
          path,
          headers,
          body: source.body,
          ...(signal === undefined ? {} : { signal }),
          ...(answerTimeoutMs === undefined ? {} : { headersTimeout: Math.max(answerTimeoutMs, settings.timeoutMs) }),
        });
        return { status: response.statusCode, headers: response.headers, body: bodyOf(response.body, reasonOf) };
      } catch (error) {
        throw reasonOf(error);
      } finally {
        source.close();
      }
    },
    async [Symbol.asyncDispose](): Promise<void> {
      closed = true;
      await (await opened)?.dispatcher.destroy();
    },
  };
}

async function open(origin: string, settings: ConnectionSettings): Promise<{ readonly send: Send; readonly dispatcher: Dispatcher }> {
  const [{ default: request }, dispatcher] = await Promise.all([
    import('undici/lib/api/api-request.js'),
    createDispatcher(origin, settings),
  ]);
  return { dispatcher, send: (options) => request.call(dispatcher, options) };
}

async function createDispatcher(origin: string, settings: ConnectionSettings): Promise<Dispatcher> {
  const { verifyCertificate, authorities, certificate, key, timeoutMs, proxy } = settings;
  const tls = {
    rejectUnauthorized: verifyCertificate,
    ...(authorities === undefined ? {} : { ca: authorities }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
  };
  const options: Pool.Options = {
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connections: mostConnections,
    keepAliveTimeout: 4_000,
    connect: { ...tls, timeout: timeoutMs },
  };
  if (proxy.http === undefined && proxy.https === undefined) {
    const { default: UndiciPool } = await import('undici/lib/dispatcher/pool.js');
    return new UndiciPool(origin, options);
  }
  const { default: ProxyAgent } = await import('undici/lib/dispatcher/env-http-proxy-agent.js');
  // an empty text keeps undici from looking into process.env
  const proxies: EnvHttpProxyAgent.Options = { httpProxy: proxy.http ?? '', httpsProxy: proxy.https ?? '', noProxy: proxy.no ?? '' };
  return new ProxyAgent({ ...options, ...proxies, requestTls: tls });
}

interface WatchedBody {
  readonly body: Uint8Array | Readable | null;
  /** What the source itself failed with. */
  readonly failure: { readonly reason: unknown } | undefined;
  close(): void;
}

/** A streamed body with its failure kept apart from those of the connection, and closed with the exchange: undici leaves that to us. */
function watch(body: RequestBody | undefined): WatchedBody {
  if (typeof body !== 'function') return { body: body ?? null, failure: undefined, close: () => undefined };
  let failure: WatchedBody['failure'];
  const source = body();
  async function* watched(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* source;
    } catch (reason) {
      failure = { reason };
      throw reason;
    }
  }
  const generator: unknown = watched();
  return {
    // undici takes any async iterable, its types know streams only
    body: generator as Readable,
    get failure() {
      return failure;
    },
    close: () => void source.return().catch(() => undefined),
  };
}

/** Bytes of an unwanted body that are let pass. */
const shortBody = 64 * 1024;

function bodyOf(body: Dispatcher.ResponseData['body'], reasonOf: (error: unknown) => unknown): HttpBody {
  // whoever reads gets the error; without a listener a body that nobody reads would end the process
  body.on('error', () => undefined);

  async function* read(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for await (const chunk of body) yield chunk as Uint8Array;
    } catch (error) {
      throw reasonOf(error);
    }
  }
  return {
    [Symbol.asyncIterator]: read,
    async collect(limit): Promise<Buffer> {
      const chunks: Uint8Array[] = [];
      let length = 0;
      for await (const chunk of read()) {
        length += chunk.length;
        if (length > limit) throw new RangeError(`the answer is longer than ${limit} bytes`);
        chunks.push(chunk);
      }
      return Buffer.concat(chunks, length);
    },
    drop: () => void body.dump({ limit: shortBody }).catch(() => undefined),
  };
}
