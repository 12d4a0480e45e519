import { readFileSync } from 'node:fs';

import { type ByteStream, type ProxySettings, sharedAttempt, StorageError } from '@datapin/storage';
import type { Dispatcher } from 'undici';

import { networkError } from './network-error.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An answer whose headers have arrived. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AnswerBody;
}

/** A body: read as bytes or as text, once, or let pass. */
export interface AnswerBody extends ByteStream {
  /** All of it. Bodies longer than 16 MiB are cut there. */
  bytes(): Promise<Uint8Array>;
  /** For a body that nobody wants. */
  ignore(): void;
}

export interface HttpClient extends AsyncDisposable {
  /**
   * Sends a request and resolves with the answer's headers, whatever its status. Redirects are not followed.
   * Rejects with the signal's reason, or with a `StorageError` for what went wrong on the way; so does reading the body.
   */
  send(request: HttpRequest): Promise<HttpAnswer>;
}

const longestText = 16 * 1024 * 1024;
const limits = { headersTimeout: 120_000, bodyTimeout: 60_000, keepAliveTimeout: 15_000 };

/** How to get to the network. */
export interface NetworkSettings extends ProxySettings {
  /** PEM file of the authorities to trust in place of Node's. */
  readonly authorityFile?: string | undefined;
}

/** Connections that are kept, to whatever hosts are asked for. */
export function createHttpClient(network: NetworkSettings): HttpClient {
  const open = sharedAttempt(async () => {
    const { default: request } = await import('undici/lib/api/api-request.js');
    return { request, dispatcher: await createDispatcher(network) };
  });
  let used = false;
  let closed: Promise<void> | undefined;

  return {
    async send({ method, url, headers, body, signal }) {
      signal?.throwIfAborted();
      if (closed !== undefined) throw new StorageError('interrupted', 'the storage was closed');
      used = true;
      const { request, dispatcher } = await open();
      try {
        const { origin, pathname, search } = url;
        const options = { origin, path: `${pathname}${search}`, method, headers, body: body ?? null, signal: signal ?? null };
        const response = await request.call(dispatcher, options);
        return {
          status: response.statusCode,
          headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)])),
          body: answerBody(response.body, { origin, signal }),
        };
      } catch (error) {
        signal?.throwIfAborted();
        throw networkError(url.origin, error);
      }
    },
    async [Symbol.asyncDispose]() {
      closed ??= used ? open().then(({ dispatcher }) => dispatcher.destroy()) : Promise.resolve();
      await closed;
    },
  };
}

async function createDispatcher({ http, https, no, authorityFile }: NetworkSettings): Promise<Dispatcher> {
  const tls = authorityFile === undefined ? {} : { ca: readAuthorities(authorityFile) };
  if (http === undefined && https === undefined) {
    const { default: Agent } = await import('undici/lib/dispatcher/agent.js');
    return new Agent({ ...limits, connect: { ...tls, timeout: 30_000 } });
  }
  const { default: ProxyAgent } = await import('undici/lib/dispatcher/env-http-proxy-agent.js');
  // an empty text keeps undici from looking into process.env
  return new ProxyAgent({ ...limits, requestTls: tls, httpProxy: http ?? '', httpsProxy: https ?? '', noProxy: no ?? '' });
}

function readAuthorities(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new StorageError('invalid-request', `the authorities to trust cannot be read from ${file} (HTTPLIB2_CA_CERTS)`, { cause });
  }
}

interface Way {
  readonly origin: string;
  readonly signal: AbortSignal | undefined;
}

function answerBody(body: Dispatcher.ResponseData['body'], { origin, signal }: Way): AnswerBody {
  // whoever reads is told; where nobody reads, nobody needs to know
  body.on('error', () => undefined);
  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for await (const chunk of body) {
        signal?.throwIfAborted();
        yield chunk;
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw networkError(origin, error);
    }
  }
  return {
    [Symbol.asyncIterator]: chunks,
    async bytes() {
      const parts: Uint8Array[] = [];
      let length = 0;
      for await (const chunk of chunks()) {
        parts.push(chunk);
        length += chunk.length;
        if (length >= longestText) break;
      }
      return Buffer.concat(parts);
    },
    ignore: () => void body.dump().catch(() => undefined),
  };
}
