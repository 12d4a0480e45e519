import { describeStorage, type TestServer } from '@datapin/storage-testkit';

import { startFakeDrive } from '../../../e2e/servers/google-drive/fake-drive.ts';
import plugin from '../src/index.ts';
import { unpaced } from './support/unpaced.ts';
import { conformance } from './deviations.ts';

async function start(): Promise<TestServer> {
  const drive = await startFakeDrive({ largestPage: 40 });
  const credentials = { GDRIVE_CREDENTIALS_DATA: JSON.stringify(drive.oauth.serviceAccountKey(`${drive.url}/token`)) };
  const key = drive.oauth.serviceAccountKey(`${drive.url}/token`);
  let remotes = 0;
  return {
    emptyRemote: async (origin = drive.url) => ({
      url: `gdrive://${drive.newFolder(`remote ${++remotes}`)}/some path`,
      // anywhere but on this machine only TLS is taken
      env: { ...credentials, DATAPIN_GDRIVE_ROOT_URL: origin.replace(/^http:(?=\/\/(?!127\.|localhost))/u, 'https:') },
    }),
    tlsRemote: async (origin, authorityFile) => ({
      url: `gdrive://${drive.newFolder(`remote ${++remotes}`)}/some path`,
      env: { ...credentials, DATAPIN_GDRIVE_ROOT_URL: origin, HTTPLIB2_CA_CERTS: authorityFile },
    }),
    refusedRemote: async () => ({
      url: 'gdrive://root',
      env: { DATAPIN_GDRIVE_ROOT_URL: drive.url, GDRIVE_CREDENTIALS_DATA: JSON.stringify({ ...key, client_email: 'nobody@example.org' }) },
    }),
    unreachableRemote: async () => ({ url: 'gdrive://root', env: { ...credentials, DATAPIN_GDRIVE_ROOT_URL: 'http://127.0.0.1:1' } }),
    leftovers: async () => drive.openUploads(),
    secrets: [key['private_key'] ?? '', 'access-token-canary'],
    httpOrigin: drive.url,
    [Symbol.asyncDispose]: () => drive[Symbol.asyncDispose](),
  };
}

describeStorage('gdrive on a strict stand-in for Google Drive', {
  ...conformance,
  plugin: unpaced(plugin),
  start,
  limits: { manyObjects: 150 },
});
