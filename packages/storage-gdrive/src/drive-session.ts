import { StorageError } from '@datapin/storage';

import type { ApiPlace } from './api-place.ts';
import { driveError, driveFailure } from './drive-error.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from './http-client.ts';
import type { Pacer } from './pacer.ts';

/** Access tokens of one account. */
export interface TokenSource {
  /** A token that is good for some minutes at least. Rejects with `unauthenticated`, or with what went wrong on the way to it. */
  get(): Promise<string>;
  /** Whether another one may be had after Google called this one invalid; forgets it if so. */
  renew(token: string): boolean;
  /** The project whose quota requests count against, where the credentials name one: Google asks that of a user's gcloud log-in. */
  readonly quotaProject?: string | undefined;
}

/** A request to the API: {@link HttpRequest} with an address of Google's. */
export interface DriveRequest extends Omit<HttpRequest, 'url'> {
  readonly url: string | URL;
}

/** Authorised, paced requests to Drive. The one way out for all of them. */
export interface DriveSession {
  /** Resolves with an answer of status 2xx or 308 (an upload that goes on). Everything else rejects, classified. */
  send(request: DriveRequest): Promise<HttpAnswer>;
}

export interface DriveSessionParts {
  readonly http: HttpClient;
  readonly place: ApiPlace;
  readonly pacer: Pacer;
  /** Looked for at the first request only. */
  readonly tokens: () => Promise<TokenSource>;
}

export function createDriveSession({ http, place, pacer, tokens }: DriveSessionParts): DriveSession {
  async function sendOnce(request: DriveRequest, token: string, { quotaProject }: TokenSource): Promise<HttpAnswer> {
    await pacer.turn(request.signal);
    const own = {
      authorization: `Bearer ${token}`,
      ...(quotaProject === undefined ? {} : { 'x-goog-user-project': quotaProject }),
    };
    return http.send({ ...request, url: place.resolve(request.url), headers: { 'user-agent': 'datapin', ...request.headers, ...own } });
  }

  return {
    async send(request) {
      request.signal?.throwIfAborted();
      const source = await tokens();
      const token = await source.get();
      let answer = await sendOnce(request, token, source);
      if (answer.status === 401 && source.renew(token)) {
        answer.body.ignore();
        answer = await sendOnce(request, await source.get(), source);
      }
      if ((answer.status >= 200 && answer.status < 300) || answer.status === 308) return answer;
      const error =
        answer.status >= 300 && answer.status < 400
          ? new StorageError('unsupported', `Google Drive sent the request elsewhere (status ${answer.status})`, { status: answer.status })
          : driveError(driveFailure(answer, Buffer.from(await answer.body.bytes()).toString()));
      if (error.code === 'rate-limited') pacer.refused();
      throw error;
    },
  };
}
