import { join } from 'node:path';

import { type RemoteSpec, StorageError, type StorageHost } from '@datapin/storage';

import type { TokenSource } from '../drive-session.ts';
import type { HttpClient } from '../http-client.ts';
import { type CredentialJson, isInside, parseCredentials, readCredentials, textOf } from './credential-json.ts';
import { hasMetadataServer, metadataServer } from './metadata-server.ts';

/** DVC's own OAuth client. Google blocks it for new users; tokens that DVC got with it live on in its folder. */
const dvcClientId = '710796635688-iivsgbgsb6uv1fap6635dhvuei09o66c.apps.googleusercontent.com';

const noCredentialsHint = 'Run `datapin remote setup gdrive`; in CI, set GDRIVE_CREDENTIALS_DATA or GOOGLE_APPLICATION_CREDENTIALS.';

/**
 * Where a remote's credentials come from, looked for at the first call. DVC's places in DVC's order (`GDRIVE_CREDENTIALS_DATA`, the file that
 * the options name, the file that DVC saved), then Application Default Credentials (`GOOGLE_APPLICATION_CREDENTIALS`, gcloud's file, a machine
 * of Google's). The first that is there is used. Throws `invalid-request` for options that cannot be.
 */
export function credentialsOf(remote: RemoteSpec, host: StorageHost, http: HttpClient): () => Promise<TokenSource> {
  const { options } = remote;
  if (
    (options['gdrive_client_id'] === undefined) !== (options['gdrive_client_secret'] === undefined) &&
    options['gdrive_use_service_account'] !== true
  ) {
    throw new StorageError('invalid-request', 'gdrive_client_id and gdrive_client_secret belong together: one of them is missing');
  }
  return async () => {
    const found = explicitCredentials(remote, host) ?? savedCredentials(remote, host) ?? defaultCredentials(host);
    if (found !== undefined) {
      const quotaProject = host.env['GOOGLE_CLOUD_QUOTA_PROJECT'] || textOf(found, 'quota_project_id');
      return { ...(await sourceOf(found, remote, http)), quotaProject };
    }
    if (hasMetadataServer(host.env)) return metadataServer(host.env, http);
    throw new StorageError('unauthenticated', 'there are no credentials for Google Drive', { hint: noCredentialsHint });
  };
}

interface Found extends CredentialJson {
  /** The user's own file, which renewed tokens go to. */
  readonly file?: string;
}

/** What the user or the configuration names. A name that leads nowhere is an error, not a reason to look elsewhere. */
function explicitCredentials({ options, tracked, repository }: RemoteSpec, { env }: StorageHost): Found | undefined {
  const text = env['GDRIVE_CREDENTIALS_DATA'];
  if (text) return parseCredentials(text, 'GDRIVE_CREDENTIALS_DATA');
  const name = options['gdrive_use_service_account'] === true ? 'gdrive_service_account_json_file_path' : 'gdrive_user_credentials_file';
  const path = options[name];
  if (typeof path !== 'string') return undefined;
  const isTracked = tracked.has(name);
  if (isTracked && !isInside(repository, path)) {
    throw new StorageError(
      'unauthenticated',
      `the repository's own configuration chose ${path}, a file outside of the repository, as credentials`,
      {
        hint: `If that is meant to be: \`datapin remote modify --local <remote> ${name} ${path}\`.`,
      },
    );
  }
  const found = readCredentials(path, isTracked);
  if (found === undefined)
    throw new StorageError('unauthenticated', `there are no credentials in ${path} (${name})`, { hint: noCredentialsHint });
  return isTracked ? found : { ...found, file: path };
}

/** What DVC saved after a log-in, or `datapin remote setup gdrive`. */
function savedCredentials({ options }: RemoteSpec, { env }: StorageHost): Found | undefined {
  if (options['gdrive_use_service_account'] === true) return undefined;
  const file = savedCredentialsPath(env, { clientId: options['gdrive_client_id'], profile: options['profile'] });
  const found = file === undefined ? undefined : readCredentials(file);
  return found === undefined || file === undefined ? undefined : { ...found, file };
}

/** The file in which PyDrive2 keeps a user's credentials: `pydrive2fs/<client id>/<profile>.json` in the user's cache folder. `undefined` where the environment names no home. */
export function savedCredentialsPath(
  env: StorageHost['env'],
  { clientId = dvcClientId, profile = 'default' }: { readonly clientId?: unknown; readonly profile?: unknown },
): string | undefined {
  for (const part of [clientId, profile]) {
    if (typeof part !== 'string' || !/^[\w@+=-][\w.@+=-]*$/u.test(part)) {
      throw new StorageError(
        'invalid-request',
        'gdrive_client_id and profile name a file, so they cannot hold anything but letters, digits and . - _ @ + =',
      );
    }
  }
  const home = env['HOME'] || env['USERPROFILE'];
  const inHome = (...names: readonly string[]): string | undefined => (home ? join(home, ...names) : undefined);
  const local = env['LOCALAPPDATA'] || inHome('AppData', 'Local');
  const folders: Partial<Record<NodeJS.Platform, string | undefined>> = {
    darwin: inHome('Library', 'Caches', 'pydrive2fs'),
    win32: local === undefined ? undefined : join(local, 'pydrive2fs', 'Cache'),
  };
  const cache = env['XDG_CACHE_HOME'] || inHome('.cache');
  const folder = process.platform in folders ? folders[process.platform] : cache && join(cache, 'pydrive2fs');
  return folder === undefined ? undefined : join(folder, String(clientId), `${String(profile)}.json`);
}

/** Application Default Credentials, found as Google's libraries find them, in the environment that was handed in. */
function defaultCredentials({ env }: StorageHost): Found | undefined {
  const named = env['GOOGLE_APPLICATION_CREDENTIALS'];
  if (named) {
    const found = readCredentials(named);
    if (found === undefined) throw new StorageError('unauthenticated', `GOOGLE_APPLICATION_CREDENTIALS names ${named}, which is not there`);
    return found;
  }
  const home = env['HOME'];
  const folder =
    env['CLOUDSDK_CONFIG'] ||
    (process.platform === 'win32' ? env['APPDATA'] && join(env['APPDATA'], 'gcloud') : home && join(home, '.config', 'gcloud'));
  return folder ? readCredentials(join(folder, 'application_default_credentials.json')) : undefined;
}

/** Who the credentials are of is told by the document itself; the options only say where to look. */
async function sourceOf(json: Found, { options }: RemoteSpec, http: HttpClient): Promise<TokenSource> {
  const type = textOf(json, 'type');
  const user = options['gdrive_service_account_user_email'];
  if (type === 'service_account') {
    return (await import('./service-account.ts')).serviceAccount(json, typeof user === 'string' ? user : undefined, http);
  }
  if (type === 'external_account') return (await import('./workload-identity.ts')).workloadIdentity(json, http);
  if (type === 'authorized_user' || textOf(json, 'refresh_token') !== undefined || textOf(json, 'access_token') !== undefined) {
    const { saveUserCredentials, userCredentials } = await import('./user-credentials.ts');
    const { file } = json;
    // gcloud keeps its own file
    if (file === undefined || type !== undefined) return userCredentials(json, http);
    return userCredentials(json, http, { save: (values) => saveUserCredentials(file, values) });
  }
  throw new StorageError(
    'unsupported',
    `${json.origin} holds credentials of a kind that datapin cannot use${type === undefined ? '' : `: ${type}`}`,
    {
      hint: 'It takes a service account, a saved user log-in, or workload identity federation (external_account).',
    },
  );
}
