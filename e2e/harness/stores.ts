import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApache } from '../servers/apache.ts';
import { startFakeDrive } from '../servers/google-drive/fake-drive.ts';
import { startHttpStore } from '../servers/http-store.ts';
import { startVersitygw } from '../servers/versitygw.ts';
import { startWsgidav } from '../servers/wsgidav.ts';
import type { WebdavServer } from '../servers/webdav-server.ts';
import type { Repository } from './repository.ts';

/** A remote as a user configures it. */
export interface StoreRemote {
  readonly url: string;
  /** Go into the file that git tracks. */
  readonly options?: Readonly<Record<string, string>>;
  /** Go into the user's own. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** A store that runs. */
export interface Store extends AsyncDisposable {
  /** A remote in a folder of the store that nobody else gets. Whatever DVC wants to be there is made. */
  remote(folder: string): StoreRemote;
  /** What the environment has to hold besides. */
  readonly env: Readonly<Record<string, string>>;
}

/** A kind of store that datapin has a plugin for. */
export interface StoreKind {
  readonly name: string;
  /** Why real DVC cannot use it; absent where it can. */
  readonly withoutDvc?: string;
  start(): Promise<Store>;
}

/** One of each storage plugin, on the most real server that this machine can have. */
export const storeKinds: readonly StoreKind[] = [
  {
    name: 'a folder',
    start: async () => {
      const dir = mkdtempSync(join(tmpdir(), 'datapin-folder-'));
      return {
        remote: (folder) => {
          mkdirSync(join(dir, folder));
          return { url: join(dir, folder) };
        },
        env: {},
        [Symbol.asyncDispose]: async () => rmSync(dir, { recursive: true }),
      };
    },
  },
  {
    name: 's3 on versitygw',
    start: async () => {
      const server = await startVersitygw();
      await server.createBucket('bucket');
      return {
        remote: (folder) => ({
          url: `s3://bucket/${folder}`,
          options: { endpointurl: server.endpoint, region: 'us-east-1' },
          secrets: { access_key_id: server.accessKey, secret_access_key: server.secretKey },
        }),
        env: {},
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      };
    },
  },
  { name: 'webdav on Apache', start: async () => webdavStore(await startApache({ directorySlash: false })) },
  { name: 'webdav on wsgidav', start: async () => webdavStore(await startWsgidav()) },
  {
    name: 'http',
    start: async () => {
      const password = 'http-password';
      const header = `Basic ${Buffer.from(`me:${password}`).toString('base64')}`;
      const server = await startHttpStore({ credentials: [['authorization', header]] });
      return {
        remote: (folder) => ({ url: `${server.origin}/${folder}`, options: { auth: 'basic', user: 'me' }, secrets: { password } }),
        env: {},
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      };
    },
  },
  {
    name: 'gdrive on a stand-in',
    withoutDvc: "its Google client knows no server but Google's",
    start: async () => {
      const server = await startFakeDrive();
      const id = server.newFolder('data');
      return {
        remote: (folder) => ({ url: `gdrive://${id}/${folder}`, options: { gdrive_use_service_account: 'true' } }),
        env: server.serviceAccountEnv(),
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      };
    },
  },
  {
    name: "a stranger's plugin",
    withoutDvc: 'it does not know the scheme',
    start: async () => {
      const dir = mkdtempSync(join(tmpdir(), 'datapin-sqlite-'));
      return {
        remote: (folder) => ({ url: `sqlite://${dir}/objects.db/${folder}`, options: { busy_timeout: '10000' } }),
        env: {},
        [Symbol.asyncDispose]: async () => rmSync(dir, { recursive: true }),
      };
    },
  },
];

function webdavStore(server: WebdavServer): Store {
  return {
    remote(folder) {
      mkdirSync(join(server.dir, folder));
      // the server runs as somebody else
      chmodSync(join(server.dir, folder), 0o777);
      return {
        url: `${server.origin.replace('http:', 'webdav:')}/${folder}`,
        options: { user: server.user },
        secrets: { password: server.password },
      };
    },
    env: {},
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Makes a remote the default one of a repository, secrets in the user's own configuration. */
export async function useStore(repository: Repository, remote: StoreRemote): Promise<void> {
  await repository.run('remote', 'add', '-q', '-d', 'store', remote.url);
  for (const [name, value] of Object.entries(remote.options ?? {})) await repository.run('remote', 'modify', 'store', name, value);
  await bringSecrets(repository, remote);
}

/** What whoever cloned a repository has to do. */
export async function bringSecrets(repository: Repository, { secrets = {} }: StoreRemote): Promise<void> {
  for (const [name, value] of Object.entries(secrets)) await repository.run('remote', 'modify', '--local', 'store', name, value);
}
