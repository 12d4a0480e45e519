import { type OptionSpec, printRemoteUrl, type RemoteSpec, type Storage, StorageError, type StoragePlugin } from '@datapin/storage';

import { sqliteStorage } from './storage.ts';

const options: Readonly<Record<string, OptionSpec>> = {
  busy_timeout: { type: 'integer', description: 'How long to wait for another writer, in milliseconds. 2000 by default.' },
};

/** Objects in a table of an SQLite database: `sqlite:///srv/data/objects.db`. */
export const plugin: StoragePlugin = { name: 'sqlite', schemes: ['sqlite'], options, open };

async function open({ name, url, options }: RemoteSpec): Promise<Storage> {
  if (url.authority !== '' || url.path === '' || url.path.endsWith('/')) {
    throw new StorageError('invalid-request', `remote '${name}': ${printRemoteUrl(url)} does not name a file`, {
      hint: 'Write the absolute path of the database after two slashes: sqlite:///srv/data/objects.db',
    });
  }
  const busyTimeout = options['busy_timeout'] ?? 2000;
  if (typeof busyTimeout !== 'number' || busyTimeout < 0) {
    throw new StorageError('invalid-request', `remote '${name}': busy_timeout is a number of milliseconds`);
  }
  return sqliteStorage({ path: url.path, busyTimeout });
}
