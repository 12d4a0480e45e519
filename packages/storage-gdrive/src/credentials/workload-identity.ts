import { StorageError } from '@datapin/storage';
import { IdentityPoolClient, type IdentityPoolClientOptions } from 'google-auth-library';
import { StsCredentials } from 'google-auth-library/build/src/auth/stscredentials.js';

import type { TokenSource } from '../drive-session.ts';
import type { HttpClient } from '../http-client.ts';
import type { CredentialJson } from './credential-json.ts';
import { authTransporter, scopes, tokenSource } from './token-source.ts';

/** The library gives its exchange no transport of ours. */
class WorkloadClient extends IdentityPoolClient {
  constructor(options: IdentityPoolClientOptions, exchange: StsCredentials) {
    super(options);
    this.stsCredential = exchange;
  }
}

/**
 * Tokens for a workload that proves who it is by a token of its own platform (GitHub, GitLab, …): the `external_account` document of workload
 * identity federation. The platform's token comes from a file or an address; a document that wants a command run is refused, whoever wrote it.
 */
export function workloadIdentity(json: CredentialJson, http: HttpClient): TokenSource {
  if (json.tracked) {
    throw new StorageError(
      'unauthenticated',
      `${json.origin} was chosen by the repository, and documents of type external_account tell what to read and whom to send it to`,
      { hint: 'Name it in GOOGLE_APPLICATION_CREDENTIALS, or with `datapin remote modify --local`.' },
    );
  }
  const { credential_source: source, token_url: tokenUrl } = json.values;
  if (typeof source !== 'object' || source === null || !('file' in source || 'url' in source)) {
    throw new StorageError('unsupported', `${json.origin}: only a file or an address can be the source of the workload's token`, {
      hint: 'datapin runs no command and signs no AWS request for credentials.',
    });
  }
  const transporter = authTransporter(http);
  // the document has the library's own shape, and the library checks it
  const options = {
    ...json.values,
    scopes: [...scopes],
    transporter,
    useAuthRequestParameters: false,
  } as unknown as IdentityPoolClientOptions;
  return tokenSource(
    () =>
      new WorkloadClient(
        options,
        new StsCredentials({
          tokenExchangeEndpoint: typeof tokenUrl === 'string' ? tokenUrl : 'https://sts.googleapis.com/v1/token',
          transporter,
        }),
      ),
    {
      account: `the workload identity of ${json.origin}`,
      hint: "Check the pool's provider, and that it may act for the service account (roles/iam.workloadIdentityUser).",
    },
  );
}
