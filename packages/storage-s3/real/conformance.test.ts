import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describeStorage, type TestServer } from '@datapin/storage-testkit';

import { freePort } from '../../../e2e/servers/server-process.ts';
import { startVersitygw } from '../../../e2e/servers/versitygw.ts';
import plugin from '../src/index.ts';
import { conformance } from './deviations.ts';

const bucket = 'conformance';

async function start(): Promise<TestServer> {
  const server = await startVersitygw();
  await server.createBucket(bucket);
  // parts begin at 8 MB there, so that an object in parts need not be a big one
  const configpath = join(import.meta.dirname, 'small-parts.config');
  const keys = { access_key_id: server.accessKey, secret_access_key: server.secretKey, configpath };
  let remotes = 0;
  return {
    emptyRemote: async (origin = server.endpoint) => ({
      url: `s3://${bucket}/remote ${++remotes}`,
      options: { ...keys, endpointurl: origin },
    }),
    refusedRemote: async () => ({
      url: `s3://${bucket}`,
      options: { access_key_id: server.accessKey, secret_access_key: 'not-the-secret-key', endpointurl: server.endpoint },
    }),
    unreachableRemote: async () => ({ url: `s3://${bucket}`, options: { ...keys, endpointurl: `http://127.0.0.1:${await freePort()}` } }),
    tlsRemote: async (origin, authorityFile) => ({
      url: `s3://${bucket}/remote ${++remotes}`,
      options: { ...keys, endpointurl: origin, ssl_verify: authorityFile },
    }),
    leftovers: async () => unfinishedUploads(join(server.dir, bucket)),
    secrets: [server.secretKey, 'not-the-secret-key'],
    httpOrigin: server.endpoint,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** versitygw keeps the parts of an upload in `.sgwtmp/multipart/<hash of the key>/<upload id>/<number>`. */
function unfinishedUploads(folder: string): readonly string[] {
  const uploads = join(folder, '.sgwtmp', 'multipart');
  if (!existsSync(uploads)) return [];
  return readdirSync(uploads, { recursive: true, withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
}

describeStorage('s3 on versitygw', { ...conformance, plugin, start });
