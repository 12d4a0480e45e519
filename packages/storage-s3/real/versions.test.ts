import { parseRemoteUrl } from '@datapin/storage';
import { randomBytes, readAll, sourceOf } from '@datapin/storage-testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { type Moto, startMoto } from '../../../e2e/servers/moto.ts';
import { openS3Storage } from '../src/s3-storage.ts';
import { storageErrorOf } from '../test/support/open-remote.ts';

let server: Moto;
beforeAll(async () => {
  server = await startMoto();
  await server.createVersionedBucket('versioned');
  await server.createBucket('plain');
});
afterAll(() => server[Symbol.asyncDispose]());

const open = (bucket: string): ReturnType<typeof openS3Storage> =>
  openS3Storage(
    {
      name: 'store',
      url: parseRemoteUrl(`s3://${bucket}/prefix`),
      options: { endpointurl: server.endpoint, access_key_id: server.accessKey, secret_access_key: server.secretKey },
      tracked: new Set(),
    },
    { env: {}, warn: () => undefined },
  );

test('every version that was written can be read by the id that stat told', async () => {
  const storage = await open('versioned');
  const contents = [randomBytes(100, 1), randomBytes(200, 2), randomBytes(300, 3)];
  const ids: (string | undefined)[] = [];
  for (const bytes of contents) {
    await storage.write('key', sourceOf(bytes));
    ids.push((await storage.stat('key')).version);
  }
  expect(new Set(ids).size).toBe(3);
  for (const [index, version = ''] of ids.entries()) {
    expect(await storage.stat('key', { version })).toMatchObject({ size: contents[index]?.length, version });
    expect(Buffer.from(await readAll(await storage.read('key', { version })))).toEqual(Buffer.from(contents[index] ?? []));
  }
});

test('a version stays readable after its object was removed', async () => {
  const storage = await open('versioned');
  const bytes = randomBytes(50, 4);
  await storage.write('removed', sourceOf(bytes));
  const { version = '' } = await storage.stat('removed');
  await storage.remove(['removed']);
  expect((await storageErrorOf(storage.stat('removed'))).code).toBe('not-found');
  expect(Buffer.from(await readAll(await storage.read('removed', { version })))).toEqual(Buffer.from(bytes));
});

test('a range of a version is a range of that version', async () => {
  const storage = await open('versioned');
  await storage.write('ranged', sourceOf(Buffer.from('first version')));
  const { version = '' } = await storage.stat('ranged');
  await storage.write('ranged', sourceOf(Buffer.from('other')));
  const part = await readAll(await storage.read('ranged', { version, range: { start: 6, end: 13 } }));
  expect(Buffer.from(part).toString()).toBe('version');
});

test('a bucket without versions tells none', async () => {
  const storage = await open('plain');
  await storage.write('key', sourceOf(Buffer.from('bytes')));
  expect(await storage.stat('key')).not.toHaveProperty('version');
});
