import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { StoragePlugin } from '../../packages/storage/src/index.ts';
import { canary } from './canary.ts';

const packages = join(import.meta.dirname, '..', '..', 'packages');

interface Module {
  readonly default?: StoragePlugin;
}

/** Every plugin of the workspace, by its name. A new one is here by being there. */
export const plugins: ReadonlyMap<string, StoragePlugin> = new Map(
  (
    await Promise.all(
      readdirSync(packages)
        .filter((name) => /^storage-(?!testkit|local)/u.test(name))
        .map(async (name) => (await import(join(packages, name, 'src', 'index.ts'))) as Module),
    )
  ).flatMap(({ default: plugin }) => (plugin === undefined ? [] : [[plugin.name, plugin] as const])),
);

/** Names of the options that a plugin marks as secret. */
export function secretOptions(plugin: StoragePlugin): readonly string[] {
  return Object.keys(plugin.options).filter((name) => plugin.options[name]?.secret === true);
}

/** A remote that sends requests to a server of this test, with what its secrets need beside them. */
export interface Scene {
  readonly name: string;
  readonly url: (host: string) => string;
  readonly options: (origin: string) => Readonly<Record<string, string>>;
  readonly env?: (origin: string) => Readonly<Record<string, string>>;
}

/** By the plugin's name. */
export const scenes: Readonly<Record<string, readonly Scene[]>> = {
  s3: [{ name: 's3', url: () => 's3://bucket/prefix', options: (origin) => ({ endpointurl: origin, region: 'us-east-1' }) }],
  webdav: [
    { name: 'webdav', url: (host) => `webdav://${host}/path`, options: () => ({ user: 'me' }) },
    { name: 'webdav, own header', url: (host) => `webdav://${host}/path`, options: () => ({ custom_auth_header: 'X-Token' }) },
  ],
  http: [
    { name: 'http', url: (host) => `http://${host}/path`, options: () => ({ auth: 'basic', user: 'me' }) },
    { name: 'http, own header', url: (host) => `http://${host}/path`, options: () => ({ auth: 'custom', custom_auth_header: 'X-Token' }) },
  ],
  gdrive: [
    {
      name: 'gdrive',
      url: () => 'gdrive://root/path',
      options: () => ({ gdrive_client_id: 'a-client' }),
      env: (origin) => ({ DATAPIN_GDRIVE_ROOT_URL: origin, GDRIVE_CREDENTIALS_DATA: googleCredentials(origin) }),
    },
  ],
};

/** Canaries in a user's saved credentials of Google. */
export const savedLogin: Readonly<Record<'refresh' | 'access' | 'clientSecret', string>> = {
  refresh: canary('refresh-token'),
  access: canary('access-token'),
  clientSecret: canary('client-secret'),
};

/** A user's saved credentials of Google, as DVC writes them. */
export function googleCredentials(origin: string): string {
  return JSON.stringify({
    access_token: savedLogin.access,
    client_id: 'a-client',
    client_secret: savedLogin.clientSecret,
    refresh_token: savedLogin.refresh,
    token_expiry: '2099-01-01T00:00:00Z',
    token_uri: `${origin}/token`,
    user_agent: null,
    revoke_uri: `${origin}/revoke`,
    id_token: null,
    id_token_jwt: null,
    token_response: { access_token: savedLogin.access },
    scopes: ['https://www.googleapis.com/auth/drive'],
    token_info_uri: `${origin}/info`,
    invalid: false,
    _class: 'OAuth2Credentials',
    _module: 'oauth2client.client',
  });
}

/** Every scene with its plugin. */
export const sceneCases: readonly { readonly name: string; readonly plugin: StoragePlugin; readonly scene: Scene }[] = [
  ...plugins.values(),
].flatMap((plugin) => (scenes[plugin.name] ?? []).map((scene) => ({ name: scene.name, plugin, scene })));
