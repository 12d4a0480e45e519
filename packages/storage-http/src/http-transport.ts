import type { IncomingHttpHeaders } from 'node:http';
import { rootCertificates } from 'node:tls';
import type { Agent, Dispatcher, EnvHttpProxyAgent } from 'undici';
import type { ConnectionSettings } from './http-settings.ts';
import { networkError } from './network-error.ts';

export interface HttpRequest {
  readonly origin: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST';
  /** Percent-encoded, with its query. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | AsyncGenerator<Uint8Array, void, undefined>;
  readonly signal?: AbortSignal | undefined;
}

/** An answer whose headers have arrived. The body has to be read or dropped. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The bytes as sent; fails with a `StorageError` or the signal's reason. Leaving it early gives the connection up. */
  body(): AsyncGenerator<Uint8Array, void, undefined>;
  /** For a body that nobody wants: lets a short one pass and keeps the connection, gives it up otherwise. Never fails. */
  drop(): Promise<void>;
}

export interface HttpTransport extends AsyncDisposable {
  /**
   * Sends a request and resolves with the answer, whatever its status. Redirects are not followed.
   * Rejects with the signal's reason, what a streamed body failed with, or a `StorageError` for what went wrong on the way.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
}

/** The most that is read of a body that nobody wants. */
const dropLimit = 128 * 1024;

/** Kept connections to a remote's host, and to those that it redirects to. */
export function createTransport(settings: ConnectionSettings): HttpTransport {
  let loading: Promise<Connections> | undefined;
  let closed = false;

  return {
    async send({ origin, method, target, headers, body, signal }: HttpRequest): Promise<HttpResponse> {
      signal?.throwIfAborted();
      loading ??= load(settings);
      const connections = await loading;
      signal?.throwIfAborted();
      if (closed) throw networkError(origin, new Error('the storage was closed'));
      const source = watch(body);
      const classify = (error: unknown): unknown => (signal?.aborted === true ? signal.reason : networkError(origin, error));
      try {
        const response = await connections.request({
          origin,
          method,
          path: target,
          headers,
          body: source.body,
          ...(signal === undefined ? {} : { signal }),
          // undici closes connections after HEAD unless told otherwise, for the sake of servers that send a body
          reset: false,
        });
        return httpResponse(response, classify);
      } catch (error) {
        throw source.failure === undefined ? classify(error) : source.failure.reason;
      } finally {
        source.close();
      }
    },
    async [Symbol.asyncDispose](): Promise<void> {
      closed = true;
      await (await loading)?.destroy();
    },
  };
}

interface Connections {
  request(options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData>;
  destroy(): Promise<void>;
}

async function load(settings: ConnectionSettings): Promise<Connections> {
  const { default: request } = await import('undici/lib/api/api-request.js');
  const dispatcher = await createDispatcher(settings);
  return { request: (options) => request.call(dispatcher, options), destroy: () => dispatcher.destroy() };
}

async function createDispatcher(settings: ConnectionSettings): Promise<Dispatcher> {
  const { verifyCertificate, authorities, connectTimeoutMs, readTimeoutMs, proxy } = settings;
  const tls = { rejectUnauthorized: verifyCertificate, ...(authorities === undefined ? {} : { ca: [...rootCertificates, authorities] }) };
  const options: Agent.Options = {
    headersTimeout: readTimeoutMs,
    bodyTimeout: readTimeoutMs,
    keepAliveTimeout: 15_000,
    connect: { ...tls, timeout: connectTimeoutMs },
  };
  if (proxy.http === undefined && proxy.https === undefined) {
    const { default: UndiciAgent } = await import('undici/lib/dispatcher/agent.js');
    return new UndiciAgent(options);
  }
  // all of undici: an agent for proxies by itself lacks the method that opens the tunnel
  const { EnvHttpProxyAgent: ProxyAgent } = await import('undici');
  // an empty text keeps undici from looking into process.env
  const proxyOptions: EnvHttpProxyAgent.Options = {
    httpProxy: proxy.http ?? '',
    httpsProxy: proxy.https ?? '',
    noProxy: proxy.no ?? '',
    requestTls: tls,
  };
  return new ProxyAgent({ ...options, ...proxyOptions });
}

function httpResponse({ statusCode, headers, body }: Dispatcher.ResponseData, classify: (error: unknown) => unknown): HttpResponse {
  return {
    status: statusCode,
    headers,
    async *body(): AsyncGenerator<Uint8Array, void, undefined> {
      try {
        yield* body;
      } catch (error) {
        throw classify(error);
      } finally {
        body.destroy();
      }
    },
    drop: () => body.dump({ limit: dropLimit }).catch(() => undefined),
  };
}

interface WatchedBody {
  readonly body: NonNullable<Dispatcher.DispatchOptions['body']> | null;
  /** What the source itself failed with. */
  readonly failure: { readonly reason: unknown } | undefined;
  close(): void;
}

/** A streamed body with its failure kept apart from those of the connection, and closed with the exchange: undici leaves that to us. */
function watch(body: HttpRequest['body']): WatchedBody {
  if (body === undefined || body instanceof Uint8Array) return { body: body ?? null, failure: undefined, close: () => undefined };
  let failure: WatchedBody['failure'];
  async function* watched(source: AsyncGenerator<Uint8Array, void, undefined>): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* source;
    } catch (reason) {
      failure = { reason };
      throw reason;
    }
  }
  const generator: unknown = watched(body);
  return {
    // undici takes any async iterable, its types know streams only
    body: generator as WatchedBody['body'],
    get failure() {
      return failure;
    },
    close: () => void body.return().catch(() => undefined),
  };
}
