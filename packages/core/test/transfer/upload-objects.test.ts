import { writeFileSync, chmodSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { objectKey } from '../../src/hashing/object-id.ts';
import { uploadObjects } from '../../src/transfer/upload-objects.ts';
import type { WantedObject } from '../../src/transfer/wanted-object.ts';
import { objectOf, type TransferFixture, transferFixture } from './remote-fixture.ts';

/** A directory object in the cache with the files it lists, as a push would see it. */
async function directoryIn(
  fixture: TransferFixture,
  texts: readonly string[],
): Promise<{ directory: WantedObject; files: WantedObject[] }> {
  const files = texts.map((text) => {
    const object = objectOf(text);
    fixture.cache.publishBytes(object.wanted.id, object.bytes);
    return object.wanted;
  });
  const { id } = await fixture.cache.writeDirectory(
    files.map((file) => ({ relpath: file.path, md5: file.id.value })),
    'md5',
  );
  return { directory: { id, path: 'data' }, files };
}

test('a directory object goes up after all of its files', async () => {
  await using fixture = transferFixture();
  const data = await directoryIn(fixture, ['one', 'two', 'three']);
  const outcome = await uploadObjects(
    await fixture.pool.get(undefined),
    fixture.cache,
    { directories: [data], files: [] },
    fixture.context,
  );
  expect(outcome).toMatchObject({ pushed: 4, missing: [], failed: [] });
  expect(fixture.written.at(-1)).toBe(objectKey(data.directory.id));
});

test('what is there already is not sent again', async () => {
  await using fixture = transferFixture();
  const data = await directoryIn(fixture, ['one', 'two']);
  const remote = await fixture.pool.get(undefined);
  await uploadObjects(remote, fixture.cache, { directories: [data], files: [] }, fixture.context);
  const again = await uploadObjects(remote, fixture.cache, { directories: [data], files: [] }, fixture.context);
  expect(again.pushed).toBe(0);
});

test('only the objects that the remote lacks are sent', async () => {
  await using fixture = transferFixture();
  const data = await directoryIn(fixture, ['one', 'two', 'three']);
  const one = objectOf('one');
  fixture.remoteObjects.put(one.key, one.bytes);
  const { pushed } = await uploadObjects(
    await fixture.pool.get(undefined),
    fixture.cache,
    { directories: [data], files: [] },
    fixture.context,
  );
  expect(pushed).toBe(3);
  expect(fixture.written).not.toContain(one.key);
});

test('an object of the wrong size on the remote is replaced', async () => {
  await using fixture = transferFixture();
  const one = objectOf('one');
  fixture.cache.publishBytes(one.wanted.id, one.bytes);
  fixture.remoteObjects.put(one.key, Buffer.from('on'));
  await uploadObjects(await fixture.pool.get(undefined), fixture.cache, { directories: [], files: [one.wanted] }, fixture.context);
  expect(fixture.remoteObjects.get(one.key)).toEqual(new Uint8Array(one.bytes));
});

describe('a directory of which a file is lost', () => {
  test('does not go up; the file and the directory are missing, the other files are there', async () => {
    await using fixture = transferFixture();
    const data = await directoryIn(fixture, ['one', 'two']);
    const lost = data.files[0];
    if (lost !== undefined) fixture.cache.remove(lost.id);
    const outcome = await uploadObjects(
      await fixture.pool.get(undefined),
      fixture.cache,
      { directories: [data], files: [] },
      fixture.context,
    );
    expect(outcome.failed).toEqual([]);
    expect(outcome.missing.map(({ path }) => path).toSorted()).toEqual(['data', 'one.txt']);
    expect(fixture.remoteObjects.keys()).toEqual([objectOf('two').key]);
  });

  test('is complete when the remote has that file already', async () => {
    await using fixture = transferFixture();
    const data = await directoryIn(fixture, ['one', 'two']);
    const one = objectOf('one');
    fixture.remoteObjects.put(one.key, one.bytes);
    fixture.cache.remove(one.wanted.id);
    const outcome = await uploadObjects(
      await fixture.pool.get(undefined),
      fixture.cache,
      { directories: [data], files: [] },
      fixture.context,
    );
    expect(outcome).toMatchObject({ pushed: 2, missing: [] });
  });
});

test('a damaged object in the cache is not spread', async () => {
  await using fixture = transferFixture();
  const one = objectOf('one');
  fixture.cache.publishBytes(one.wanted.id, one.bytes);
  const path = fixture.cache.pathOf(one.wanted.id);
  chmodSync(path, 0o644);
  writeFileSync(path, 'oni');
  chmodSync(path, 0o444);
  const outcome = await uploadObjects(
    await fixture.pool.get(undefined),
    fixture.cache,
    { directories: [], files: [one.wanted] },
    fixture.context,
  );
  expect(outcome.missing).toMatchObject([{ path: 'one.txt', code: 'cache-missing' }]);
  expect(fixture.remoteObjects.keys()).toEqual([]);
});

test('a remote that refuses fails everything with the same cause', async () => {
  await using fixture = transferFixture({ access: 'refused' });
  const data = await directoryIn(fixture, ['one', 'two']);
  const upload = fixture.pool
    .get(undefined)
    .then((remote) => uploadObjects(remote, fixture.cache, { directories: [data], files: [] }, fixture.context));
  await expect(upload).rejects.toMatchObject({ code: 'credentials-refused' });
});

test('more objects than are asked for one by one are found by listing', async () => {
  await using fixture = transferFixture();
  const texts = Array.from({ length: 300 }, (_, index) => `file ${index}`);
  const data = await directoryIn(fixture, texts);
  for (const text of texts.slice(0, 200)) {
    const object = objectOf(text);
    fixture.remoteObjects.put(object.key, object.bytes);
  }
  const { pushed } = await uploadObjects(
    await fixture.pool.get(undefined),
    fixture.cache,
    { directories: [data], files: [] },
    fixture.context,
  );
  expect(pushed).toBe(101);
});
