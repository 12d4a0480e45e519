import { join } from 'node:path';
import { findProgram } from './server-process.ts';
import { startWebdavServer, type WebdavServer } from './webdav-server.ts';

/** Starts `rclone serve webdav` on a folder. What others put into the folder it does not see for minutes. */
export function startRcloneWebdav(): Promise<WebdavServer> {
  return startWebdavServer(({ port, dir, own, user, password }) => ({
    command: findProgram('rclone'),
    args: ['serve', 'webdav', '--addr', `127.0.0.1:${port}`, '--user', user, '--pass', password, dir],
    env: { RCLONE_CONFIG: join(own, 'rclone.conf'), RCLONE_CACHE_DIR: join(own, 'cache') },
  }));
}
