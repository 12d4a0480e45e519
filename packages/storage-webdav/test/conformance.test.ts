import { describeStorage, type TestServer } from '@datapin/storage-testkit';

import plugin from '../src/index.ts';
import { type Personality, startFakeServer } from './support/fake-server.ts';
import { nextcloud } from './support/nextcloud.ts';
import { webdavUrl } from './support/open-remote.ts';

const user = 'me';
const password = 'app-pass word/1';

async function start(personality: Personality, folder: string): Promise<TestServer> {
  const server = await startFakeServer(personality);
  for (const path of folder.split('/').map((_name, index, names) => names.slice(0, index + 1).join('/')))
    server.resources.set(path, undefined);
  let remotes = 0;
  const url = (origin: string): string => webdavUrl(origin, `${folder}/a remote/${++remotes}`);
  return {
    emptyRemote: async (origin = server.origin) => ({ url: url(origin), options: { user, password } }),
    refusedRemote: async () => ({ url: url(server.origin), options: { user, password: 'not-the-password' } }),
    unreachableRemote: async () => ({ url: url('http://127.0.0.1:9'), options: { user, password } }),
    tlsRemote: async (origin, authorityFile) => ({ url: url(origin), options: { user, password, ssl_verify: authorityFile } }),
    leftovers: async () =>
      [...server.resources].flatMap(([path, file]) => (file !== undefined && path.includes('/.datapin-uploads/') ? [path] : [])),
    secrets: [password, 'not-the-password'],
    httpOrigin: server.origin,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const limits = { bigObject: 1024 * 1024, manyObjects: 150 };

describeStorage('webdav on Nextcloud', {
  plugin,
  http: true,
  limits,
  start: () => start(nextcloud({ user, password }), '/remote.php/dav/files/me'),
});

describeStorage('webdav on a server with Digest that keeps what breaks off', {
  plugin,
  limits,
  start: () => start({ credentials: { user, password, scheme: 'digest' }, atomicPut: false, hrefOf: (path, origin) => origin + path }, ''),
});
