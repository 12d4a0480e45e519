import { setTimeout as sleep } from 'node:timers/promises';
import { redactor, StorageError, type StorageHost } from '@datapin/storage';
import { createAuthentication } from './authentication.ts';
import { failureError } from './dav-error.ts';
import { createConnection, type HttpConnection, type HttpRequest, type HttpResponse } from './http-connection.ts';
import type { WebdavSettings } from './webdav-settings.ts';

export interface DavRequest extends Omit<HttpRequest, 'headers'> {
  readonly headers?: Readonly<Record<string, string>>;
  /** What it is about, for messages; the path by default. */
  readonly subject?: string;
  /** Statuses beside 2xx that the caller wants to see. */
  readonly accept?: readonly number[];
}

export interface DavRequests extends AsyncDisposable {
  readonly origin: string;
  /**
   * Sends a request as the configured user and resolves with an answer of status 2xx, or one that the request accepts. Rejects with a
   * classified `StorageError` otherwise. Redirects are followed on the same server only: nothing that identifies the user goes anywhere else.
   */
  send(request: DavRequest): Promise<HttpResponse>;
}

const mostRedirects = 5;
/** Servers that lock a resource for the time of a request (Go's do) refuse others meanwhile: changes without a body wait for that, this long. */
const lockPausesMs = [50, 150, 400, 1000];
const waitForLock: ReadonlySet<string> = new Set(['MKCOL', 'MOVE', 'DELETE']);
/** As much of an error's body as is looked at. */
const errorText = 64 * 1024;

export function createDavRequests(settings: WebdavSettings, host: StorageHost): DavRequests {
  const connection = createConnection(settings.origin, settings.connection);
  const secrets = new Set(settings.secrets);
  const authentication = createAuthentication(settings.credentials, {
    host,
    encrypted: settings.origin.startsWith('https:'),
    askForChallenge: async () => {
      const path = `${settings.basePath}/`;
      const response = await connection.send({ method: 'OPTIONS', path, headers: {} });
      if (response.status >= 500 || response.status === 429) throw await failureOf(response, settings.origin);
      response.body.drop();
      return response.status === 401 ? response.headers : {};
    },
  });

  async function failureOf(response: HttpResponse, subject: string): Promise<StorageError> {
    const text = await response.body.collect(errorText).then(String, () => '');
    return failureError({ status: response.status, headers: response.headers, text: redactor(secrets)(text) }, subject);
  }

  /** One exchange, and another one when the server wants other credentials than those that were sent. */
  async function exchange(request: DavRequest, path: string): Promise<HttpResponse> {
    const { method, body, signal, answerTimeoutMs } = request;
    for (let attempt = 1; ; attempt += 1) {
      const identity = await authentication.headersFor({ origin: connection.origin, method, path });
      // a command's token is not known before
      if (settings.credentials.kind === 'command') secrets.add((identity['authorization'] ?? '').replace('Bearer ', ''));
      const headers = { ...request.headers, ...identity, ...lengthOf(request) };
      const response = await connection.send({ method, path, headers, body, signal, answerTimeoutMs });
      if (response.status !== 401 || !(await authentication.refused(response.headers, identity, attempt))) return response;
      response.body.drop();
    }
  }

  async function exchangeUnlocked(request: DavRequest, path: string): Promise<HttpResponse> {
    const pauses = waitForLock.has(request.method) ? lockPausesMs : [];
    for (const pause of pauses) {
      const response = await exchange(request, path);
      if (response.status !== 423) return response;
      response.body.drop();
      await sleep(pause, undefined, request.signal === undefined ? {} : { signal: request.signal });
    }
    return exchange(request, path);
  }

  return {
    origin: settings.origin,
    async send(request): Promise<HttpResponse> {
      const subject = request.subject ?? `${settings.origin}${request.path}`;
      let { path } = request;
      for (let redirects = 0; ; redirects += 1) {
        const response = await exchangeUnlocked(request, path);
        const { status } = response;
        if ((status >= 200 && status < 300) || request.accept?.includes(status) === true) return response;
        if (![301, 302, 307, 308].includes(status)) throw await failureOf(response, subject);
        response.body.drop();
        const target = targetOf(response, connection, path);
        if (target === undefined || redirects === mostRedirects)
          throw new StorageError('invalid-request', `${subject}: redirected in vain`, { status });
        // how servers tell that a name is a collection's (Apache's mod_dir does)
        if (target.pathname === `${path}/`) throw new StorageError('not-found', `${subject}: a folder, not an object`, { status });
        if (target.origin !== connection.origin) throw elsewhere(subject, target, status);
        path = target.pathname + target.search;
      }
    },
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

function lengthOf({ body, headers }: DavRequest): Record<string, string> {
  // servers and the proxies before them refuse bodies of unknown length (nginx by default), so it is always told
  return body instanceof Uint8Array && headers?.['content-length'] === undefined ? { 'content-length': String(body.length) } : {};
}

function targetOf({ headers }: HttpResponse, { origin }: HttpConnection, path: string): URL | undefined {
  const { location } = headers;
  return location !== undefined && URL.canParse(location, origin + path) ? new URL(location, origin + path) : undefined;
}

function elsewhere(subject: string, target: URL, status: number): StorageError {
  const scheme = { 'https:': 'webdavs:', 'http:': 'webdav:' }[target.protocol] ?? target.protocol;
  return new StorageError(
    'invalid-request',
    `${subject}: the server sends this on to ${target.origin}, where credentials are not taken along`,
    {
      status,
      hint: `If that is the right server, change the remote's URL to ${scheme}//${target.host}/….`,
    },
  );
}
