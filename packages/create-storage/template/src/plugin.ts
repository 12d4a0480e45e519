import {
  keyPrefixOf,
  type OptionSpec,
  printRemoteUrl,
  type RemoteSpec,
  type Storage,
  StorageError,
  type StorageHost,
  type StoragePlugin,
} from '@datapin/storage';

import { openStorage } from './storage.ts';
import { connectToStore } from './store.ts';

/** The settings of a remote beside its URL. A secret is never printed, and never written to a file that git tracks. */
const options: Readonly<Record<string, OptionSpec>> = {
  token: {
    type: 'string',
    secret: true,
    description: 'Access token; the environment variable {{variable}}_TOKEN is used when it is left out.',
  },
};

/** What datapin loads. `{{scheme}}://host/some/prefix`: keys are put below the prefix. */
export const plugin: StoragePlugin = { name: '{{scheme}}', schemes: ['{{scheme}}'], options, open };

/** Says early what cannot work. Makes no request: many commands open a remote without using it. */
async function open({ name, url, options }: RemoteSpec, host: StorageHost): Promise<Storage> {
  if (url.authority === '') {
    throw new StorageError('invalid-request', `remote '${name}': ${printRemoteUrl(url)} names no host`, {
      hint: 'Write it after two slashes: {{scheme}}://host/some/prefix',
    });
  }
  // from `host.env`, not from `process.env`: a plugin has no other authority than what it is handed
  const token = options['token'] ?? host.env['{{variable}}_TOKEN'];
  const client = connectToStore({ host: url.authority, token: token === undefined ? undefined : String(token) });
  return openStorage({ client, prefix: keyPrefixOf(url) });
}
