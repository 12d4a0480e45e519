import { randomBytes, sourceOf } from '@datapin/storage-testkit';
import { expect, test } from 'vitest';

import { createDurability } from '../src/durability.ts';
import { openLocal, temporaryFolder } from './open-local.ts';

const go = (): void => {};

function failure(code: string): Error {
  return Object.assign(new Error(code), { code, syscall: 'fsync' });
}

test('files come before the folders that hold their names, up to the one that holds the remote', async () => {
  const synced: string[] = [];
  const durability = createDurability('/mnt/remote', async (path) => {
    synced.push(path);
  });
  void durability.changed('/mnt/remote/ab/x');
  void durability.changed('/mnt/remote/ab/y');
  void durability.changed('/mnt/remote/z');
  await durability.flush(go);
  expect(synced).toEqual(['/mnt/remote/ab/x', '/mnt/remote/ab/y', '/mnt/remote/z', '/mnt/remote/ab', '/mnt/remote', '/mnt']);
});

test('what was brought to the disk once is not brought again', async () => {
  let calls = 0;
  const durability = createDurability('/mnt/remote', async () => {
    calls += 1;
  });
  void durability.changed('/mnt/remote/x');
  await durability.flush(go);
  await durability.flush(go);
  expect(calls).toBe(3);
});

test('a failure stays one: a second fsync would succeed without the bytes', async () => {
  let healthy = false;
  const durability = createDurability('/mnt/remote', async () => {
    if (!healthy) throw failure('EIO');
  });
  void durability.changed('/mnt/remote/x');
  await expect(durability.flush(go)).rejects.toMatchObject({ code: 'unavailable', permanent: true });
  healthy = true;
  await expect(durability.flush(go)).rejects.toMatchObject({ code: 'unavailable' });
});

test('a barrier that was aborted can be gone through again', async () => {
  const synced: string[] = [];
  const durability = createDurability('/mnt/remote', async (path) => {
    synced.push(path);
  });
  void durability.changed('/mnt/remote/x');
  const stop = new Error('stop');
  await expect(
    durability.flush(() => {
      throw stop;
    }),
  ).rejects.toBe(stop);
  await durability.flush(go);
  expect(synced).toContain('/mnt/remote/x');
});

test('what was removed meanwhile is no failure', async () => {
  const durability = createDurability('/mnt/remote', () => Promise.reject(failure('ENOENT')));
  void durability.changed('/mnt/remote/x');
  await expect(durability.flush(go)).resolves.toBeUndefined();
});

test('the real thing works on real files, written and removed', async () => {
  const storage = await openLocal(temporaryFolder());
  await storage.write('a/b', sourceOf(randomBytes(10, 1)));
  await storage.write('a/c', sourceOf(randomBytes(2_000_000, 1)));
  await storage.remove(['a/b']);
  await expect(storage.sync()).resolves.toBeUndefined();
});
