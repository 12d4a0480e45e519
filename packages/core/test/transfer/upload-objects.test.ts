import { writeFileSync, chmodSync } from 'node:fs';

import { StorageError } from '@datapin/storage';
import { describe, expect, test, vi } from 'vitest';

import type { ProgressEvent } from '../../src/events.ts';
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

test('a remote that lets nothing be written says so once, for files and their directory', async () => {
  await using fixture = transferFixture();
  const data = await directoryIn(fixture, ['one', 'two', 'three']);
  const remote = await fixture.pool.get(undefined);
  const write = (key: string): Promise<never> =>
    Promise.reject(new StorageError('forbidden', `cannot write ${key}: permission denied`, { hint: 'Ask for access.' }));
  const readOnly = { ...remote, storage: { ...remote.storage, write } };
  const { failed, missing } = await uploadObjects(readOnly, fixture.cache, { directories: [data], files: [] }, fixture.context);
  expect(missing).toEqual([]);
  expect(failed.map(({ hash, code }) => [hash.endsWith('.dir'), code])).toEqual([
    [false, 'credentials-refused'],
    [false, 'credentials-refused'],
    [false, 'credentials-refused'],
    [true, 'credentials-refused'],
  ]);
  expect(new Set(failed.map(({ message }) => message)).size).toBe(1);
  expect(failed[0]).toMatchObject({
    message: expect.stringMatching(/^remote 'store' \(memory:\/\/box\/data\): cannot write .*: permission denied$/u),
    hint: 'Ask for access.',
  });
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

describe('progress', () => {
  const big = objectOf('0123456789abcdef'.repeat(200_000), 'big.bin');
  const size = big.bytes.length;
  const uploads = ({ events }: TransferFixture): readonly ProgressEvent[] =>
    events.filter((event) => event.type === 'progress').filter(({ work }) => work === 'upload');

  test('moves while a large object goes up', async () => {
    await using fixture = transferFixture();
    fixture.cache.publishBytes(big.wanted.id, big.bytes);
    const remote = await fixture.pool.get(undefined);
    // each reading of the clock is late enough to be told
    let time = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (time += 1000));
    await uploadObjects(remote, fixture.cache, { directories: [], files: [big.wanted] }, fixture.context);
    clock.mockRestore();
    const between = uploads(fixture).filter(({ files, bytes }) => files === 0 && bytes > 0 && bytes < size);
    expect(between.length).toBeGreaterThan(5);
    expect(uploads(fixture).at(-1)).toMatchObject({ files: 1, bytes: size, totalFiles: 1, totalBytes: size });
  });

  test('a step of a large object that fails for a moment is taken again by itself', async () => {
    let writes = 0;
    let steps = 0;
    await using fixture = transferFixture({
      retryBudget: 10_000,
      beforeWritten: async (options) => {
        writes += 1;
        await options?.step?.(async () => {
          steps += 1;
          if (steps < 3) throw new StorageError('interrupted', 'the connection broke');
        }, fixture.context.signal);
      },
    });
    const large = objectOf('x'.repeat(1_000_000));
    fixture.cache.publishBytes(large.wanted.id, large.bytes);
    const outcome = await uploadObjects(
      await fixture.pool.get(undefined),
      fixture.cache,
      { directories: [], files: [large.wanted] },
      fixture.context,
    );
    expect(outcome).toMatchObject({ pushed: 1, failed: [] });
    expect([writes, steps]).toEqual([1, 3]);
    expect(fixture.events.filter(({ type }) => type === 'retry')).toHaveLength(2);
  });

  test('a large object that is sent again counts once', async () => {
    let tries = 0;
    await using fixture = transferFixture({
      retryBudget: 10_000,
      beforeWritten: () => {
        tries += 1;
        if (tries < 3) throw new StorageError('interrupted', 'the connection broke');
      },
    });
    fixture.cache.publishBytes(big.wanted.id, big.bytes);
    const remote = await fixture.pool.get(undefined);
    const outcome = await uploadObjects(remote, fixture.cache, { directories: [], files: [big.wanted] }, fixture.context);
    expect([tries, outcome]).toMatchObject([3, { pushed: 1, bytes: size }]);
    expect(Math.max(...uploads(fixture).map(({ bytes }) => bytes))).toBe(size);
  });

  test('of nothing to look up is not told', async () => {
    await using fixture = transferFixture();
    const one = objectOf('one');
    fixture.cache.publishBytes(one.wanted.id, one.bytes);
    await uploadObjects(await fixture.pool.get(undefined), fixture.cache, { directories: [], files: [one.wanted] }, fixture.context);
    const told = fixture.events.flatMap((event) => (event.type === 'progress' ? [`${event.work} ${event.files}/${event.totalFiles}`] : []));
    expect([...new Set(told)]).toEqual(['query 0/1', 'query 1/1', 'upload 0/1', 'upload 1/1']);
  });
});
