import { join } from 'node:path';

import { parseRemoteUrl } from '@datapin/storage';
import { randomBytes, readAll, sourceOf } from '@datapin/storage-testkit';
import { expect, test } from 'vitest';

import { startVersitygw } from '../../../e2e/servers/versitygw.ts';
import { openS3Storage } from '../src/s3-storage.ts';
import { authorityFile } from '../test/support/recorder.ts';

const tls = join(import.meta.dirname, '..', 'test', 'fixtures', 'tls');

test('over TLS, small objects and objects in parts go up and come back', async () => {
  await using server = await startVersitygw({ tls: { cert: join(tls, 'server.pem'), key: join(tls, 'server.key') } });
  await server.createBucket('bucket');
  const storage = await openS3Storage(
    {
      name: 'store',
      url: parseRemoteUrl('s3://bucket/prefix'),
      options: {
        endpointurl: server.endpoint,
        access_key_id: server.accessKey,
        secret_access_key: server.secretKey,
        ssl_verify: authorityFile,
      },
      tracked: new Set(),
    },
    { env: {}, warn: () => undefined },
  );
  for (const size of [0, 1000, 1_000_000, 70 * 1024 * 1024]) {
    const bytes = randomBytes(size, size + 1);
    await storage.write(`key ${size}`, sourceOf(bytes));
    expect(Buffer.compare(await readAll(await storage.read(`key ${size}`)), bytes)).toBe(0);
  }
  await storage[Symbol.asyncDispose]();
});
