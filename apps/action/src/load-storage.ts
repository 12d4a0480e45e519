import { DatapinError } from '@datapin/core';
import type { StoragePlugin } from '@datapin/storage';

type Load = () => Promise<{ readonly default: StoragePlugin }>;

const http: Load = () => import('@datapin/storage-http');
const webdav: Load = () => import('@datapin/storage-webdav');

/** The storages that the Action brings along. Each is a part of the bundle that is loaded when a remote needs it. */
const storages: Readonly<Record<string, Load>> = {
  local: () => import('@datapin/storage-local'),
  s3: () => import('@datapin/storage-s3'),
  gdrive: () => import('@datapin/storage-gdrive'),
  http,
  https: http,
  webdav,
  webdavs: webdav,
};

/** The plugin that serves a URL scheme. Rejects with `unsupported-scheme` when the Action brings none along. */
export async function loadStorage(scheme: string): Promise<StoragePlugin> {
  const load = Object.hasOwn(storages, scheme) ? storages[scheme] : undefined;
  if (load === undefined) {
    throw new DatapinError('unsupported-scheme', `the Action brings no storage for ${scheme}:// URLs along`, {
      hint: `It serves folders and ${Object.keys(storages)
        .filter((name) => name !== 'local')
        .map((name) => `${name}://`)
        .join(', ')}.`,
    });
  }
  return (await load()).default;
}
