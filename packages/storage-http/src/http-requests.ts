import { StorageError } from '@datapin/storage';
import type { HttpSettings } from './http-settings.ts';
import type { HttpRequest, HttpResponse, HttpTransport } from './http-transport.ts';
import { statusError } from './status-error.ts';

/** A request for an object of a remote. */
export interface ObjectRequest {
  readonly method: HttpRequest['method'];
  readonly key: string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes the body, once per request that is made. */
  readonly body?: () => Uint8Array | AsyncGenerator<Uint8Array, void, undefined>;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpRequests {
  /**
   * Resolves with an answer of status 2xx or one of `accept`; rejects with the `StorageError` of any other. Redirects are followed for reading, five of
   * them; for writing only where the same request is to be made again at the same origin. Credentials go to the remote's own origin alone, and from
   * https nothing leads to http.
   */
  send(request: ObjectRequest, accept?: readonly number[]): Promise<HttpResponse>;
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const mostRedirects = 5;

export function createRequests({ address, credentials }: HttpSettings, transport: HttpTransport): HttpRequests {
  return {
    async send({ method, key, headers = {}, body, signal }, accept = []): Promise<HttpResponse> {
      const upload = body !== undefined;
      const first = address.targetOf(key);
      const subject = address.origin + withoutQuery(first);
      let { origin } = address;
      let target = first;
      for (let followed = 0; ; followed += 1) {
        const isHome = origin === address.origin;
        const response = await transport.send({
          origin,
          method,
          target,
          headers: { 'accept-encoding': 'identity', 'user-agent': 'datapin', ...headers, ...(isHome ? credentials.headers : {}) },
          ...(body === undefined ? {} : { body: body() }),
          signal,
        });
        const { status } = response;
        if ((status >= 200 && status < 300) || accept.includes(status)) return response;
        await response.drop();
        signal?.throwIfAborted();
        const { location } = response.headers;
        if (!redirects.has(status) || location === undefined) {
          throw statusError({
            status,
            headers: response.headers,
            upload,
            subject,
            credentials: credentials.origin,
            strangeOrigin: isHome || credentials.origin === 'nowhere' ? undefined : origin,
          });
        }
        if (followed === mostRedirects)
          throw new StorageError('invalid-request', `${subject}: more than ${mostRedirects} redirects`, { status });
        ({ origin, target } = redirected({ location, from: origin + target, upload, status, subject }));
      }
    },
  };
}

interface Redirect {
  readonly location: string;
  readonly from: string;
  readonly upload: boolean;
  readonly status: number;
  readonly subject: string;
}

function redirected({ location, from, upload, status, subject }: Redirect): { origin: string; target: string } {
  const to = URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (to === undefined || !/^https?:$/u.test(to.protocol)) {
    throw new StorageError('invalid-request', `${subject}: the server redirects to what is no web address`, { status });
  }
  if (from.startsWith('https:') && to.protocol === 'http:') {
    throw new StorageError('invalid-request', `${subject}: the server redirects to ${to.origin}, which is not encrypted`, { status });
  }
  const isSame = to.origin === new URL(from).origin;
  if (upload && (!isSame || status < 307)) {
    throw new StorageError('invalid-request', `nothing was stored at ${subject}: the server redirects uploads to ${to.origin}`, {
      status,
      hint: 'Make the address that takes uploads the URL of the remote.',
    });
  }
  return { origin: to.origin, target: to.pathname + to.search };
}

/** A query may hold a signature or a token. */
function withoutQuery(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? target : target.slice(0, mark);
}
