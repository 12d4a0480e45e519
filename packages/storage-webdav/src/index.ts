import type { StoragePlugin } from '@datapin/storage';
import { webdavOptions } from './webdav-options.ts';

/** WebDAV servers: `webdav://host/path` speaks http, `webdavs://host/path` speaks https. */
const plugin: StoragePlugin = {
  name: 'webdav',
  schemes: ['webdav', 'webdavs'],
  options: webdavOptions,
  open: async (remote, host) => {
    const { openWebdavStorage } = await import('./webdav-storage.ts');
    return openWebdavStorage(remote, host);
  },
};

export default plugin;
