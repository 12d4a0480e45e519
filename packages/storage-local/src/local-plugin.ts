import { isAbsolute, resolve } from 'node:path';

import { StorageError, type OptionSpec, type RemoteSpec, type Storage, type StoragePlugin } from '@datapin/storage';

import { localStorage } from './local-storage.ts';

/** DVC's options for a remote that is a folder (`LOCAL_COMMON` in its config schema). */
const options: Readonly<Record<string, OptionSpec>> = {
  shared: { type: 'string', choices: ['group'], description: 'Make new folders writable for the group and inherit it (mode 2775).' },
  verify: { type: 'boolean', description: 'Every object is verified when it arrives; there is nothing to switch on.', obsolete: true },
  type: { type: 'string', description: 'How files are linked; of meaning for a cache only.', obsolete: true },
  slow_link_warning: { type: 'boolean', description: 'Of meaning for a cache only.', obsolete: true },
  protected: { type: 'boolean', description: 'Objects are always read-only.', obsolete: true },
};

/** A folder on this machine, or a network share that is mounted as one, as a remote. Serves paths and `file:` URLs. */
export const localPlugin: StoragePlugin = { name: 'local', schemes: ['local'], options, open };

async function open(remote: RemoteSpec): Promise<Storage> {
  const { path } = remote.url;
  if (!isAbsolute(path) || path.includes('\0')) {
    throw new StorageError('invalid-request', `remote '${remote.name}': ${JSON.stringify(path)} is not an absolute path`);
  }
  return localStorage({ base: resolve(path), shared: remote.options['shared'] === 'group' });
}
