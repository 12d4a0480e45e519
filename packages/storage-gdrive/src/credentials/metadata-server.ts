import type { StorageHost } from '@datapin/storage';

import type { TokenSource } from '../drive-session.ts';
import type { HttpClient } from '../http-client.ts';
import { scopes, tokenSource } from './token-source.ts';

/** Whether the environment says that this machine is Google's: without that nobody is asked, as the question alone costs seconds elsewhere. */
export function hasMetadataServer(env: StorageHost['env']): boolean {
  return (
    Boolean(env['GCE_METADATA_HOST']) ||
    env['METADATA_SERVER_DETECTION'] === 'assume-present' ||
    Boolean(env['K_SERVICE']) ||
    Boolean(env['CLOUD_RUN_JOB'])
  );
}

/** Tokens of the service account that a machine of Google's runs as. */
export function metadataServer(env: StorageHost['env'], http: HttpClient): TokenSource {
  const host = env['GCE_METADATA_HOST'] || 'metadata.google.internal';
  const path = `/computeMetadata/v1/instance/service-accounts/default/token?scopes=${encodeURIComponent(scopes.join(','))}`;
  let known: { readonly token: string; readonly until: number } | undefined;
  async function getAccessToken(): Promise<{ token: string }> {
    if (known !== undefined && known.until - Date.now() > 5 * 60_000) return known;
    const answer = await http.send({ method: 'GET', url: new URL(`http://${host}${path}`), headers: { 'metadata-flavor': 'Google' } });
    const text = Buffer.from(await answer.body.bytes()).toString();
    if (answer.status !== 200) throw Object.assign(new Error('refused'), { response: { status: answer.status } });
    const { access_token: token, expires_in: seconds }: { access_token: string; expires_in: number } = JSON.parse(text);
    known = { token, until: Date.now() + seconds * 1000 };
    return known;
  }
  return tokenSource(
    (renewing) => {
      if (renewing) known = undefined;
      return { getAccessToken };
    },
    { account: "the machine's own service account", hint: 'The machine has to run with a service account and the scope of Google Drive.' },
  );
}
