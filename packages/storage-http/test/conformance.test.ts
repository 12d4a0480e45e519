import { describeStorage, type TestServer } from '@datapin/storage-testkit';

import { freePort } from '../../../e2e/servers/server-process.ts';
import { startHttpStore } from '../../../e2e/servers/http-store.ts';
import plugin from '../src/index.ts';
import { conformance } from './deviations.ts';

const password = 'the store: its password';

async function start(): Promise<TestServer> {
  const header = `Basic ${Buffer.from(`reader:${password}`).toString('base64')}`;
  const store = await startHttpStore({ credentials: [['authorization', header]] });
  const options = { auth: 'basic', user: 'reader', password };
  let remotes = 0;
  return {
    emptyRemote: async (origin = store.origin) => ({ url: `${origin}/remote ${++remotes}`, options }),
    refusedRemote: async () => ({ url: `${store.origin}/refused`, options: { ...options, password: 'not the password' } }),
    unreachableRemote: async () => ({ url: `http://127.0.0.1:${await freePort()}/remote`, options }),
    tlsRemote: async (origin, authorityFile) => ({
      url: `${origin}/remote ${++remotes}`,
      options: { ...options, ssl_verify: authorityFile },
    }),
    secrets: [password, 'not the password'],
    httpOrigin: store.origin,
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

describeStorage('http on a server that stores what is posted', { plugin, start, ...conformance });
