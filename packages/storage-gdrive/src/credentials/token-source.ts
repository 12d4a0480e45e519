import { StorageError } from '@datapin/storage';
import { gaxios } from 'google-auth-library';

import type { TokenSource } from '../drive-session.ts';
import type { HttpClient } from '../http-client.ts';
import { libraryFetch, storageErrorIn } from '../library-fetch.ts';

/** What a remote may do: its own files in Drive, and those of the app's hidden folder (DVC asks for the same). */
export const scopes: readonly string[] = ['https://www.googleapis.com/auth/drive', 'https://www.googleapis.com/auth/drive.appdata'];

export const googleTokenUri = 'https://oauth2.googleapis.com/token';

/** The part of Google's auth clients that is used. They keep a token and renew it five minutes before its end. */
export interface TokenClient {
  getAccessToken(): Promise<{ readonly token?: string | null }>;
}

/**
 * The HTTP client for Google's auth library: our own way out, no retries, and the key's own token address in place of Google's, which the
 * library does not ask for.
 */
export function authTransporter(http: HttpClient, tokenUri: string = googleTokenUri): gaxios.Gaxios {
  const fetchImplementation = libraryFetch((request) =>
    http.send({ ...request, url: request.url.href === googleTokenUri ? new URL(tokenUri) : request.url }),
  );
  const transporter = new gaxios.Gaxios({ fetchImplementation });
  transporter.interceptors.request.add({
    resolved: async (request) => {
      delete request.retryConfig;
      return Object.assign(request, { retry: false });
    },
  });
  return transporter;
}

/** A token that Google called invalid is asked for anew once in this time. */
const renewalMs = 60_000;

/** Whose tokens they are, and what to do when there are none: for messages. */
export interface TokenAccount {
  readonly account: string;
  readonly hint: string;
}

/** Tokens of a client. `make` builds it, `renewing` says that a token it may have saved is no good. */
export function tokenSource(
  make: (renewing: boolean) => TokenClient,
  { account, hint, renewable = true }: TokenAccount & { readonly renewable?: boolean },
): TokenSource {
  let client = make(false);
  let current: string | undefined;
  let asked: Promise<string> | undefined;
  let renewedAt = Number.NEGATIVE_INFINITY;

  async function ask(): Promise<string> {
    try {
      const { token } = await client.getAccessToken();
      if (typeof token !== 'string' || token === '') throw new Error('no access token came');
      current = token;
      return token;
    } catch (error) {
      throw tokenError(error, { account, hint });
    }
  }

  return {
    async get() {
      asked ??= ask().finally(() => {
        asked = undefined;
      });
      return asked;
    },
    renew(token) {
      // another request was told the same before
      if (token !== current) return true;
      if (!renewable || performance.now() - renewedAt < renewalMs) return false;
      renewedAt = performance.now();
      current = undefined;
      client = make(true);
      return true;
    },
  };
}

/** Why no token came. The library's own errors hold requests with secrets in them: nothing of them is kept but the words. */
export function tokenError(error: unknown, { account, hint }: TokenAccount): StorageError {
  const own = storageErrorIn(error);
  if (own !== undefined) return own;
  const response = member(error, 'response');
  const status = member(response, 'status');
  const data = member(response, 'data');
  const reason = [member(data, 'error'), member(data, 'error_description')].filter((word) => typeof word === 'string').join(': ');
  if (typeof status !== 'number') {
    return new StorageError('unauthenticated', `${account} cannot be used: ${error instanceof Error ? error.message : 'no token came'}`, {
      hint,
    });
  }
  if (status === 429) return new StorageError('rate-limited', `Google gave no token for ${account}: too many requests`, { status });
  if (status >= 500) return new StorageError('unavailable', `Google gave no token for ${account}: status ${status}`, { status });
  return new StorageError('unauthenticated', `Google refused ${account}: ${reason === '' ? `status ${status}` : reason}`, { status, hint });
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
