import type { TestServer } from '../../src/index.ts';
import { startHttpStore, storeToken } from './server.ts';

/** The HTTP store as the suite wants it. */
export async function startHttpStoreServer(): Promise<TestServer> {
  const store = await startHttpStore();
  let remotes = 0;
  const remote = (endpoint: string): { url: string; options: Record<string, string> } => ({
    url: `http-store://remote-${(remotes += 1)}/prefix`,
    options: { endpoint, token: storeToken },
  });
  return {
    httpOrigin: store.origin,
    secrets: [storeToken],
    emptyRemote: async (origin = store.origin) => remote(origin),
    refusedRemote: async () => ({ ...remote(store.origin), options: { endpoint: store.origin, token: 'wrong token' } }),
    unreachableRemote: async () => remote('http://127.0.0.1:1'),
    tlsRemote: async (origin, authorityFile) => ({
      ...remote(origin),
      options: { endpoint: origin, token: storeToken, authorities: authorityFile },
    }),
    leftovers: async () => [...store.staged.keys()],
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
