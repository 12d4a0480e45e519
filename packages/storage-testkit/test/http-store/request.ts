import { Agent as HttpAgent, type IncomingHttpHeaders, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

import {
  type ByteRange,
  type ByteSource,
  type ByteStream,
  isStorageError,
  type ObjectInfo,
  parseRetryAfter,
  StorageError,
  type StorageErrorCode,
} from '@datapin/storage';

export interface Sent {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly query: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: ByteSource;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: ByteStream;
}

export interface Failure {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The answer's body. */
  readonly text: string;
  readonly what: string;
}

export type Send = (sent: Sent) => Promise<Answer>;

/** How a client behaves where clients go wrong. */
export interface Habits {
  /** The error for an answer that is no success. */
  failure(failure: Failure): StorageError;
  /** The error for a connection that broke; `secret` is what was sent along, which a careless client puts into it. */
  broken(error: unknown, secret: string): unknown;
  checkRange(answer: Answer, range: ByteRange): void;
  /** Bytes of an answer on their way to the reader. */
  body(stream: IncomingMessage, length: number | undefined): ByteStream;
  parsePage(text: string): { readonly objects: readonly ObjectInfo[]; readonly more: boolean };
  wrapListing(pages: AsyncIterable<readonly ObjectInfo[]>): AsyncIterable<readonly ObjectInfo[]>;
  /** Takes back what a failed upload left. */
  giveUp(remove: () => Promise<unknown>): Promise<void>;
  /** Sits between every call and the wire: retries, redirects. */
  wrapSend(send: (sent: Sent, endpoint?: string) => Promise<Answer>): Send;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly ignoresFailedRemoval: boolean;
  readonly ignoresSignal: boolean;
  readonly unknownLength: boolean;
  readonly trustsAnybody: boolean;
  /** No authority but those that everybody trusts. */
  readonly trustsNobody: boolean;
  readonly keepsConnections: boolean;
}

/** Status → code; what is not in it is decided by its hundreds. */
const codes: Readonly<Record<number, StorageErrorCode>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  405: 'unsupported',
  408: 'timeout',
  409: 'unavailable',
  423: 'unavailable',
  425: 'unavailable',
  429: 'rate-limited',
  501: 'unsupported',
  505: 'unsupported',
  507: 'quota-exceeded',
};

export function codeOf(status: number): StorageErrorCode {
  return codes[status] ?? (status >= 500 ? 'unavailable' : 'invalid-request');
}

export const soundHabits: Habits = {
  failure: ({ status, headers, what }) => {
    const wait = parseRetryAfter(headers['retry-after']);
    return new StorageError(codeOf(status), `${what}: status ${status}`, { status, ...(wait === undefined ? {} : { retryAfterMs: wait }) });
  },
  broken: (error) => {
    if (isStorageError(error)) return error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (/CERT|ALTNAME|SELF_SIGNED|UNABLE_TO/u.test(code)) return new StorageError('invalid-request', `the server is not trusted (${code})`);
    if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED/u.test(code)) return new StorageError('unavailable', `the server does not answer (${code})`);
    return new StorageError('interrupted', `the connection broke (${code})`);
  },
  checkRange: ({ status, headers }, { start, end }) => {
    const answered = /^bytes (\d+)-(\d+)\//u.exec(headers['content-range'] ?? '');
    const length = Number(headers['content-length']);
    if (status === 206 && Number(answered?.[1]) === start && Number(answered?.[2]) === end - 1 && length === end - start) return;
    throw new StorageError('interrupted', 'the answer is not the part that was asked for');
  },
  body: async function* body(stream, length) {
    let received = 0;
    for await (const chunk of stream) {
      received += (chunk as Uint8Array).length;
      yield new Uint8Array(chunk as Uint8Array);
    }
    if (length !== undefined && received < length) throw new StorageError('interrupted', 'the body ended early');
  },
  parsePage: (text) => {
    try {
      return JSON.parse(text) as ReturnType<Habits['parsePage']>;
    } catch {
      throw new StorageError('invalid-request', 'the answer is no listing');
    }
  },
  wrapListing: (pages) => pages,
  giveUp: async (remove) => {
    await remove().catch(() => {});
  },
  wrapSend: (send) => send,
  requestHeaders: { 'accept-encoding': 'identity' },
  ignoresFailedRemoval: false,
  ignoresSignal: false,
  unknownLength: false,
  trustsAnybody: false,
  trustsNobody: false,
  keepsConnections: false,
};

export interface ClientOptions {
  readonly endpoint: string;
  readonly token: string;
  readonly authorities: string | undefined;
  readonly habits: Habits;
}

export interface Client {
  readonly send: Send;
  close(): void;
}

/** An HTTP client of one server. */
export function request({ endpoint, token, authorities, habits }: ClientOptions): Client {
  const tls = {
    ...(authorities === undefined || habits.trustsNobody ? {} : { ca: authorities }),
    rejectUnauthorized: !habits.trustsAnybody,
  };
  const agents = { 'http:': new HttpAgent({ keepAlive: true }), 'https:': new HttpsAgent({ keepAlive: true, ...tls }) };
  const closing = new AbortController();

  async function send({ method, query, headers, body, signal }: Sent, at: string = endpoint): Promise<Answer> {
    const ends = [closing.signal, ...(signal === undefined || habits.ignoresSignal ? [] : [signal])];
    for (const end of ends) end.throwIfAborted();
    const url = new URL(at);
    url.search = new URLSearchParams(query).toString();
    const secure = url.protocol === 'https:';
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    for (const end of ends) end.addEventListener('abort', abort);
    const release = (): void => ends.forEach((end) => end.removeEventListener('abort', abort));
    /** What a failure of the wire is to the caller. */
    const reason = (error: unknown): unknown => ends.find(({ aborted }) => aborted)?.reason ?? habits.broken(error, token);
    const outgoing = (secure ? httpsRequest : httpRequest)(url, {
      method,
      agent: agents[secure ? 'https:' : 'http:'],
      signal: controller.signal,
      headers: {
        ...habits.requestHeaders,
        ...headers,
        authorization: `Bearer ${encodeURIComponent(token)}`,
        ...(habits.unknownLength && body !== undefined ? {} : { 'content-length': body?.size ?? 0 }),
      },
    });
    const response = new Promise<IncomingMessage>((resolve, reject) => outgoing.once('response', resolve).on('error', reject));
    // an answer, or the end of the connection, may come before the body was given
    response.catch(() => {});
    try {
      let failure: { readonly error: unknown } | undefined;
      const sending = sendBody(outgoing, body).catch((error: unknown) => {
        failure = { error };
        outgoing.destroy();
      });
      const incoming = await Promise.race([response, sending.then(() => response)]).catch((error: unknown) => {
        throw failure === undefined ? error : failure;
      });
      if (incoming.statusCode !== undefined && incoming.statusCode < 300) await sending;
      if (failure !== undefined) throw failure;
      const length = incoming.headers['content-length'];
      const bytes = habits.body(incoming, method === 'HEAD' || length === undefined ? undefined : Number(length));
      return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: guarded(bytes, { reason, release, ends }) };
    } catch (error) {
      release();
      outgoing.destroy();
      if (typeof error === 'object' && error !== null && 'error' in error) {
        throw ends.find(({ aborted }) => aborted)?.reason ?? error.error;
      }
      throw reason(error);
    }
  }

  return {
    send: habits.wrapSend(send),
    close: () => {
      closing.abort(new StorageError('interrupted', 'the storage was closed'));
      if (habits.keepsConnections) return;
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

interface Guard {
  readonly reason: (error: unknown) => unknown;
  readonly release: () => void;
  readonly ends: readonly AbortSignal[];
}

async function* guarded(bytes: ByteStream, { reason, release, ends }: Guard): ByteStream {
  try {
    for (const end of ends) end.throwIfAborted();
    for await (const chunk of bytes) {
      yield chunk;
      for (const end of ends) end.throwIfAborted();
    }
  } catch (error) {
    throw reason(error);
  } finally {
    release();
  }
}

/** The last chunk goes out when the source has ended: a server that has all bytes would keep them, whatever comes after. */
async function sendBody(outgoing: ReturnType<typeof httpRequest>, body: ByteSource | undefined): Promise<void> {
  let held: Uint8Array | undefined;
  let given = 0;
  for await (const chunk of body?.open() ?? nothing()) {
    given += chunk.length;
    if (given > (body?.size ?? 0)) throw new StorageError('invalid-request', 'the source is longer than it said');
    if (outgoing.destroyed) return;
    if (chunk.length === 0) continue;
    if (held !== undefined && !outgoing.write(held)) {
      await new Promise<void>((resolve) => outgoing.once('drain', resolve).once('close', resolve));
    }
    held = chunk;
  }
  if (given < (body?.size ?? 0)) throw new StorageError('invalid-request', 'the source is shorter than it said');
  outgoing.end(held);
}

async function* nothing(): ByteStream {
  // no body
}
