import { StorageError } from '@datapin/storage';
import { JWT } from 'google-auth-library';

import type { TokenSource } from '../drive-session.ts';
import type { HttpClient } from '../http-client.ts';
import { type CredentialJson, requiredText, textOf } from './credential-json.ts';
import { authTransporter, googleTokenUri, scopes, tokenSource } from './token-source.ts';

/** Tokens of a service account, for itself or for a user who delegated to it. */
export function serviceAccount(json: CredentialJson, user: string | undefined, http: HttpClient): TokenSource {
  const email = requiredText(json, 'client_email');
  const key = requiredText(json, 'private_key');
  const tokenUri = textOf(json, 'token_uri') ?? googleTokenUri;
  if (json.tracked && tokenUri !== googleTokenUri) {
    throw new StorageError(
      'unauthenticated',
      `${json.origin} was chosen by the repository, so tokens are asked for at Google only, not at ${tokenUri}`,
    );
  }
  const keyId = textOf(json, 'private_key_id');
  return tokenSource(
    () =>
      new JWT({
        email,
        key,
        scopes: [...scopes],
        ...(keyId === undefined ? {} : { keyId }),
        ...(user === undefined ? {} : { subject: user }),
        // whoever issues the tokens checks that the claim was made for it
        ...(tokenUri === googleTokenUri ? {} : { additionalClaims: { aud: tokenUri } }),
        transporter: authTransporter(http, tokenUri),
        useAuthRequestParameters: false,
      }),
    {
      account: `the service account ${email}${user === undefined ? '' : ` for ${user}`}`,
      hint:
        user === undefined
          ? 'Check that the key has not been deleted, and the clock of this machine.'
          : 'Delegation has to be allowed for this account and the scopes drive and drive.appdata in the Google Workspace admin console.',
    },
  );
}
