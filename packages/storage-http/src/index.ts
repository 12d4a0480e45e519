import type { StoragePlugin } from '@datapin/storage';
import { httpOptions } from './http-options.ts';
import { openHttpStorage } from './http-storage.ts';

/** Plain HTTP servers: `https://host/path`. Reading needs nothing but GET; writing a server that stores what is sent by POST or PUT. */
const plugin: StoragePlugin = {
  name: 'http',
  schemes: ['http', 'https'],
  options: httpOptions,
  open: (remote, host) => openHttpStorage(remote, host),
};

export default plugin;
