import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describeStorage, type TestServer } from '@datapin/storage-testkit';

import { freePort } from '../../../../e2e/servers/server-process.ts';
import type { WebdavServer } from '../../../../e2e/servers/webdav-server.ts';
import plugin from '../../src/index.ts';
import { conformances, type ServerName } from '../deviations.ts';

/** Declares the conformance suite for the plugin on a real server. */
export function describeOnServer(name: ServerName, start: () => Promise<WebdavServer>): void {
  describeStorage(`webdav on ${name}`, {
    ...conformances[name],
    plugin,
    start: () => testServer(start),
    // to this plugin a page is a few folders, so pages need not be filled
    limits: { bigObject: 3 * 1024 * 1024, manyObjects: 120 },
  });
}

async function testServer(start: () => Promise<WebdavServer>): Promise<TestServer> {
  const server = await start();
  const { user, password } = server;
  const address = (origin: string): string => `${origin.replace(/^http/u, 'webdav')}/remotes/no ${++remotes}`;
  let remotes = 0;
  return {
    emptyRemote: async (origin = server.origin) => ({ url: address(origin), options: { user, password } }),
    refusedRemote: async () => ({ url: address(server.origin), options: { user, password: 'not-the-password' } }),
    unreachableRemote: async () => ({ url: address(`http://127.0.0.1:${await freePort()}`), options: { user, password } }),
    tlsRemote: async (origin, authorityFile) => ({ url: address(origin), options: { user, password, ssl_verify: authorityFile } }),
    leftovers: async () => unfinishedUploads(join(server.dir, 'remotes')),
    secrets: [password, 'not-the-password'],
    httpOrigin: server.origin,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function unfinishedUploads(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  return files
    .filter(({ parentPath, name }) => parentPath.includes('/.datapin-uploads') || name.startsWith('.davfs.tmp'))
    .map(({ name }) => name);
}
