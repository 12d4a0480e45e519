import { describeStorage, type TestServer } from '@datapin/storage-testkit';

import plugin from '../src/index.ts';
import { mockConformance } from '../test/deviations.ts';
import { startGoogleDriveMock } from '../test/support/google-drive-mock.ts';
import { unpaced } from '../test/support/unpaced.ts';

async function start(): Promise<TestServer> {
  const mock = await startGoogleDriveMock();
  const credentials = (token: string): string => JSON.stringify({ access_token: token, token_expiry: '2099-01-01T00:00:00Z' });
  let remotes = 0;
  return {
    emptyRemote: async (origin = mock.url) => ({
      url: `gdrive://${await mock.newFolder(`remote ${++remotes}`)}/data`,
      env: {
        GDRIVE_CREDENTIALS_DATA: credentials(mock.token),
        DATAPIN_GDRIVE_ROOT_URL: origin.replace(/^http:(?=\/\/(?!127\.|localhost))/u, 'https:'),
      },
    }),
    tlsRemote: async (origin, authorityFile) => ({
      url: `gdrive://${await mock.newFolder(`remote ${++remotes}`)}/data`,
      env: { GDRIVE_CREDENTIALS_DATA: credentials(mock.token), DATAPIN_GDRIVE_ROOT_URL: origin, HTTPLIB2_CA_CERTS: authorityFile },
    }),
    refusedRemote: async () => ({
      url: `gdrive://${await mock.newFolder('refused')}`,
      env: { GDRIVE_CREDENTIALS_DATA: credentials('another-token'), DATAPIN_GDRIVE_ROOT_URL: mock.url },
    }),
    unreachableRemote: async () => ({
      url: 'gdrive://anywhere',
      env: { GDRIVE_CREDENTIALS_DATA: credentials(mock.token), DATAPIN_GDRIVE_ROOT_URL: 'http://127.0.0.1:1' },
    }),
    leftovers: async () => [],
    secrets: [mock.token],
    httpOrigin: mock.url,
    [Symbol.asyncDispose]: () => mock[Symbol.asyncDispose](),
  };
}

describeStorage('gdrive on google-drive-mock', {
  ...mockConformance,
  plugin: unpaced(plugin),
  start,
  // the mock knows no uploads in parts
  limits: { manyObjects: 60, bigObject: 2 * 1024 * 1024 },
});
