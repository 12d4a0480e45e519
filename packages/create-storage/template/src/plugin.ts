import { isAbsolute, resolve } from 'node:path';

import { type OptionSpec, printRemoteUrl, type RemoteSpec, type Storage, StorageError, type StoragePlugin } from '@datapin/storage';

import { folderStorage } from './storage.ts';

/** The settings of a remote beside its URL. A secret: `token: { type: 'string', secret: true, description: 'Token of the store.' }`. */
const options: Readonly<Record<string, OptionSpec>> = {};

/** What datapin loads: `{{scheme}}:///srv/data` keeps objects in the folder /srv/data. */
export const plugin: StoragePlugin = { name: '{{scheme}}', schemes: ['{{scheme}}'], options, open };

/** Says early what cannot work. Makes no request: many commands open a remote without using it. */
async function open({ name, url }: RemoteSpec): Promise<Storage> {
  if (url.authority !== '' || !isAbsolute(url.path)) {
    throw new StorageError('invalid-request', `remote '${name}': ${printRemoteUrl(url)} does not name a folder`, {
      hint: 'Write its absolute path after two slashes: {{scheme}}:///srv/data',
    });
  }
  return folderStorage(resolve(url.path));
}
