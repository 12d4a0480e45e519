import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from './server-process.ts';
import { startWebdavServer, type WebdavServer } from './webdav-server.ts';

/** Starts wsgidav, with Basic and Digest sign-in, as it comes. */
export function startWsgidav(): Promise<WebdavServer> {
  return startWebdavServer(({ port, dir, own, user, password }) => {
    const config = {
      host: '127.0.0.1',
      port,
      provider_mapping: { '/': dir },
      simple_dc: { user_mapping: { '*': { [user]: { password } } } },
      verbose: 1,
    };
    writeFileSync(join(own, 'wsgidav.json'), JSON.stringify(config));
    return { command: findProgram('wsgidav'), args: ['--config', join(own, 'wsgidav.json')] };
  });
}
