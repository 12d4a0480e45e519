import { isStorageError, type StorageError } from '@datapin/storage';

import type { HttpAnswer } from './http-client.ts';

/** A request as Google's libraries make it. */
export interface LibraryRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * What Google's libraries take for `fetch`, made from our own way out. They would otherwise bring an HTTP client, proxies from
 * `process.env` and retries of their own. Answers are small and come whole.
 */
export function libraryFetch(send: (request: LibraryRequest) => Promise<HttpAnswer>): typeof fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    const body = bodyOf(init?.body, headers);
    // nobody unpacks it here
    headers.delete('accept-encoding');
    const answer = await send({
      method: methodOf(init?.method),
      url: new URL(input instanceof Request ? input.url : input),
      headers: Object.fromEntries(headers),
      body,
      signal: init?.signal ?? undefined,
    });
    const bytes = await answer.body.bytes();
    const hasBody = answer.status !== 204 && answer.status !== 304;
    return new Response(hasBody ? Buffer.from(bytes) : null, { status: answer.status, headers: answer.headers });
  };
}

function bodyOf(body: unknown, headers: Headers): Uint8Array | undefined {
  if (body === undefined || body === null) return undefined;
  if (body instanceof Uint8Array) return body;
  if (typeof body === 'string') return Buffer.from(body);
  if (!(body instanceof URLSearchParams)) throw new TypeError('a body of a kind that no library sends');
  headers.set('content-type', 'application/x-www-form-urlencoded');
  return Buffer.from(body.toString());
}

function methodOf(method: string | undefined): LibraryRequest['method'] {
  const upper = method?.toUpperCase();
  return upper === 'POST' || upper === 'PUT' || upper === 'PATCH' || upper === 'DELETE' ? upper : 'GET';
}

/** The StorageError that made a library's request fail, which wraps it in errors of its own. */
export function storageErrorIn(error: unknown): StorageError | undefined {
  if (isStorageError(error)) return error;
  return error instanceof Error && error.cause !== undefined ? storageErrorIn(error.cause) : undefined;
}
