import { resolve } from 'node:path';

import { type RemoteDraft, type SetupDialog, type SetupHost, StorageError } from '@datapin/storage';

import { type CredentialJson, readCredentials, requiredText, textOf } from '../credentials/credential-json.ts';
import { savedCredentialsPath } from '../credentials/credential-source.ts';
import { printUserCredentials, saveUserCredentials } from '../credentials/user-credentials.ts';
import { createHttpClient } from '../http-client.ts';
import { networkOf } from '../network-settings.ts';
import { folderAddress } from './folder-address.ts';
import { logIn, type OAuthClient } from './log-in.ts';

/** Leads to a remote in Google Drive: for a user by a log-in, for a machine by a service account's key. */
export async function setupGdrive(dialog: SetupDialog, host: SetupHost): Promise<RemoteDraft> {
  const url = folderAddress(await dialog.ask('folder'));
  return (await dialog.ask('account')) === 'service-account' ? forServiceAccount(url, dialog, host) : forUser(url, dialog, host);
}

async function forServiceAccount(url: string, dialog: SetupDialog, host: SetupHost): Promise<RemoteDraft> {
  const path = resolve(host.cwd, await dialog.ask('key'));
  const key = readFile(path);
  if (textOf(key, 'type') !== 'service_account')
    throw new StorageError('invalid-request', `${path} is not the key file of a service account`);
  requiredText(key, 'private_key');
  const email = requiredText(key, 'client_email');
  const user = (await dialog.ask('act-for')).trim();
  dialog.tell(
    user === ''
      ? `Open the folder in the browser → "Share" (in a shared drive: "Manage members") → add ${email} as "Content manager" or "Editor".`
      : `An administrator has to allow the client id ${textOf(key, 'client_id') ?? 'of the key file'} the scopes https://www.googleapis.com/auth/drive and ` +
          'https://www.googleapis.com/auth/drive.appdata: https://admin.google.com/ac/owl/domainwidedelegation.',
  );
  return {
    url,
    options: {
      gdrive_use_service_account: true,
      gdrive_service_account_json_file_path: path,
      ...(user === '' ? {} : { gdrive_service_account_user_email: user }),
    },
    local: new Set(['gdrive_service_account_json_file_path']),
  };
}

async function forUser(url: string, dialog: SetupDialog, host: SetupHost): Promise<RemoteDraft> {
  const client = readClient(resolve(host.cwd, await dialog.ask('client')));
  const file = savedCredentialsPath(host.env, { clientId: client.id });
  if (file === undefined) throw new StorageError('invalid-request', 'there is no home folder to keep the log-in in: HOME is not set');
  await using http = createHttpClient(networkOf(host.env));
  const credentials = await logIn(client, { dialog, http, signal: host.signal });
  saveUserCredentials(file, printUserCredentials(credentials));
  dialog.tell(`You are logged in. The credentials are in ${file}, for you alone; DVC finds them there as well.`);
  return {
    url,
    options: { gdrive_client_id: client.id, gdrive_client_secret: client.secret },
    local: new Set(['gdrive_client_secret']),
  };
}

/** The file that Google's console gives for a desktop client. */
function readClient(path: string): OAuthClient {
  const json = readFile(path);
  const { installed } = json.values;
  if (typeof installed !== 'object' || installed === null) {
    throw new StorageError('invalid-request', `${path} is not the file of an OAuth client of the kind "Desktop app"`, {
      hint: '"Web application" and others cannot log in from a terminal.',
    });
  }
  const client = { ...json, values: { ...installed } };
  return {
    id: requiredText(client, 'client_id'),
    secret: requiredText(client, 'client_secret'),
    authUri: textOf(client, 'auth_uri') ?? 'https://accounts.google.com/o/oauth2/auth',
    tokenUri: textOf(client, 'token_uri') ?? 'https://oauth2.googleapis.com/token',
  };
}

function readFile(path: string): CredentialJson {
  const json = readCredentials(path);
  if (json === undefined) throw new StorageError('invalid-request', `there is no file ${path}`);
  return json;
}
