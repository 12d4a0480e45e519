import type { Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import { HttpExchange, type HttpResponse } from './http-exchange.ts';
import { networkError } from './network-error.ts';
import type { ConnectionSettings } from './s3-settings.ts';

export interface HttpRequest {
  readonly origin: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Percent-encoded, with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | AsyncGenerator<Uint8Array, void, undefined>;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpTransport extends AsyncDisposable {
  /**
   * Sends a request and resolves with the answer's headers, whatever its status. Redirects are not followed.
   * Rejects with the signal's reason, or with a `StorageError` for what went wrong on the way.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
}

/** Makes a connection in another way than by looking the host up; for tests that play a host of AWS. */
export type Connector = Pool.Options['connect'];

type DispatchBody = NonNullable<Dispatcher.DispatchOptions['body']> | null;

interface WatchedBody {
  readonly body: DispatchBody;
  /** What the source itself failed with. */
  readonly failure: { readonly reason: unknown } | undefined;
  close(): void;
}

/** Kept connections to as many hosts as a remote turns out to have: one, or two when its region has to be found out. */
export function createTransport(settings: ConnectionSettings, connector?: Connector): HttpTransport {
  const dispatchers = new Map<string, Promise<Dispatcher>>();
  let closed = false;

  function dispatcherFor(origin: string): Promise<Dispatcher> {
    let dispatcher = dispatchers.get(origin);
    if (dispatcher === undefined) {
      dispatcher = createDispatcher(origin, settings, connector);
      dispatchers.set(origin, dispatcher);
    }
    return dispatcher;
  }

  return {
    async send({ origin, method, path, headers, body, signal }: HttpRequest): Promise<HttpResponse> {
      signal?.throwIfAborted();
      if (closed) throw networkError(origin, new Error('the storage was closed'));
      const dispatcher = await dispatcherFor(origin);
      signal?.throwIfAborted();
      const source = watch(body);
      const abort = (): void => exchange.abort(signal?.reason);
      const exchange = new HttpExchange(
        (error) => (source.failure === undefined ? networkError(origin, error) : source.failure.reason),
        () => {
          signal?.removeEventListener('abort', abort);
          source.close();
        },
      );
      signal?.addEventListener('abort', abort);
      // undici closes connections after HEAD unless told otherwise, for the sake of servers that send a body
      dispatcher.dispatch({ origin, path, method, headers, body: source.body, reset: false }, exchange);
      return exchange.response;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      closed = true;
      await Promise.all([...dispatchers.values()].map(async (dispatcher) => (await dispatcher).destroy()));
    },
  };
}

async function createDispatcher(origin: string, settings: ConnectionSettings, connector: Connector): Promise<Dispatcher> {
  const { verifyCertificate, authorities, connectTimeoutMs, readTimeoutMs, proxy } = settings;
  const tls = { rejectUnauthorized: verifyCertificate, ...(authorities === undefined ? {} : { ca: authorities }) };
  const options: Pool.Options = {
    headersTimeout: readTimeoutMs,
    bodyTimeout: readTimeoutMs,
    keepAliveTimeout: 15_000,
    connect: connector ?? { ...tls, timeout: connectTimeoutMs },
  };
  if (proxy.http === undefined && proxy.https === undefined) {
    const { default: UndiciPool } = await import('undici/lib/dispatcher/pool.js');
    return new UndiciPool(origin, options);
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
    body: generator as DispatchBody,
    get failure() {
      return failure;
    },
    close: () => void body.return().catch(() => undefined),
  };
}
