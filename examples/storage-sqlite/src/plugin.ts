import {
  keyPrefixOf,
  type OptionSpec,
  printRemoteUrl,
  type RemoteSpec,
  type Storage,
  StorageError,
  type StoragePlugin,
} from '@datapin/storage';

import { sqliteStorage } from './storage.ts';

const options: Readonly<Record<string, OptionSpec>> = {
  busy_timeout: { type: 'integer', description: 'How long to wait for another writer, in milliseconds. 2000 by default.' },
};

/** The database is a file whose name ends in `.db`; what follows is the prefix of the keys. */
const address = /^(?<path>\/.*?\.db)(?<folder>\/.*)?$/su;

/** Objects in a table of an SQLite database: `sqlite:///srv/data/objects.db`, `sqlite:///srv/data/objects.db/some/prefix`. */
export const plugin: StoragePlugin = { name: 'sqlite', schemes: ['sqlite'], options, open };

async function open({ name, url, options }: RemoteSpec): Promise<Storage> {
  const { path, folder = '' } = address.exec(url.path)?.groups ?? {};
  if (url.authority !== '' || path === undefined) {
    throw new StorageError('invalid-request', `remote '${name}': ${printRemoteUrl(url)} does not name a database`, {
      hint: 'Write the absolute path of a file that ends in .db after two slashes: sqlite:///srv/data/objects.db',
    });
  }
  const busyTimeout = options['busy_timeout'] ?? 2000;
  if (typeof busyTimeout !== 'number' || busyTimeout < 0) {
    throw new StorageError('invalid-request', `remote '${name}': busy_timeout is a number of milliseconds`);
  }
  return sqliteStorage({ path, busyTimeout, prefix: keyPrefixOf({ ...url, path: folder }) });
}
