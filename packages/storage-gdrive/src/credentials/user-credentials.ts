import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { StorageError } from '@datapin/storage';
import { OAuth2Client } from 'google-auth-library';

import type { TokenSource } from '../drive-session.ts';
import type { HttpClient } from '../http-client.ts';
import { type CredentialJson, requiredText, textOf } from './credential-json.ts';
import { authTransporter, googleTokenUri, scopes, tokenSource } from './token-source.ts';

/** How a user's credentials are renewed and kept. */
export interface UserCredentialOptions {
  /** Takes the document with the new token in it; absent where nothing may be written. */
  readonly save?: (values: Readonly<Record<string, unknown>>) => void;
}

/** A user's tokens, from what DVC saved (oauth2client's JSON) or from gcloud's `authorized_user`. */
export function userCredentials(json: CredentialJson, http: HttpClient, { save }: UserCredentialOptions = {}): TokenSource {
  const tokenUri = textOf(json, 'token_uri') ?? googleTokenUri;
  if (json.tracked && tokenUri !== googleTokenUri) {
    throw new StorageError(
      'unauthenticated',
      `${json.origin} was chosen by the repository, so tokens are asked for at Google only, not at ${tokenUri}`,
    );
  }
  const refreshToken = textOf(json, 'refresh_token');
  const accessToken = textOf(json, 'access_token');
  const expiry = Date.parse(textOf(json, 'token_expiry') ?? '');
  if (refreshToken === undefined && (accessToken === undefined || expiry < Date.now())) throw expired(json);
  const identity =
    refreshToken === undefined ? {} : { clientId: requiredText(json, 'client_id'), clientSecret: textOf(json, 'client_secret') ?? '' };

  return tokenSource(
    (renewing) => {
      const client = new OAuth2Client({
        ...identity,
        endpoints: { oauth2TokenUrl: tokenUri },
        transporter: authTransporter(http),
        useAuthRequestParameters: false,
      });
      client.setCredentials({
        ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
        ...(renewing || accessToken === undefined ? {} : { access_token: accessToken }),
        ...(Number.isNaN(expiry) ? {} : { expiry_date: expiry }),
      });
      client.on('tokens', ({ access_token: token, expiry_date: expiryDate, refresh_token: rotated }) => {
        const renewed = {
          ...(typeof token === 'string' ? { access_token: token } : {}),
          ...(typeof expiryDate === 'number' ? { token_expiry: printExpiry(expiryDate) } : {}),
          ...(typeof rotated === 'string' ? { refresh_token: rotated } : {}),
        };
        try {
          save?.({ ...json.values, ...renewed });
        } catch {
          // the token at hand works; the next command renews it again
        }
      });
      return client;
    },
    {
      account: `the user's credentials in ${json.origin}`,
      hint: 'They expired or were revoked. `datapin remote setup gdrive` gets new ones.',
      renewable: refreshToken !== undefined,
    },
  );
}

function expired(json: CredentialJson): StorageError {
  return new StorageError(
    'unauthenticated',
    `the credentials in ${json.origin} have expired and cannot be renewed: they hold no refresh token`,
    {
      hint: '`datapin remote setup gdrive` gets new ones.',
    },
  );
}

/** What a log-in gave. */
export interface FreshCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Milliseconds since 1970. */
  readonly expiry: number;
  readonly tokenUri: string;
}

/** The document as oauth2client writes it, which DVC reads: `oauth2client.client.OAuth2Credentials.to_json`. */
export function printUserCredentials(fresh: FreshCredentials): Record<string, unknown> {
  return {
    access_token: fresh.accessToken,
    client_id: fresh.clientId,
    client_secret: fresh.clientSecret,
    refresh_token: fresh.refreshToken,
    token_expiry: printExpiry(fresh.expiry),
    token_uri: fresh.tokenUri,
    user_agent: null,
    revoke_uri: 'https://oauth2.googleapis.com/revoke',
    id_token: null,
    id_token_jwt: null,
    token_response: { access_token: fresh.accessToken, scope: scopes.join(' '), token_type: 'Bearer' },
    scopes: [...scopes],
    token_info_uri: 'https://oauth2.googleapis.com/tokeninfo',
    invalid: false,
    _class: 'OAuth2Credentials',
    _module: 'oauth2client.client',
  };
}

function printExpiry(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** Writes credentials for this user's eyes alone; whoever reads meanwhile sees the old ones or the new ones, whole. */
export function saveUserCredentials(path: string, values: Readonly<Record<string, unknown>>): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    writeFileSync(temporary, JSON.stringify(values), { mode: 0o600, flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
