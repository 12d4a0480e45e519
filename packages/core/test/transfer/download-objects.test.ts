import { allLies, lieAbout } from '@datapin/storage-testkit';
import { describe, expect, test } from 'vitest';

import { downloadObjects } from '../../src/transfer/download-objects.ts';
import type { WantedObject } from '../../src/transfer/wanted-object.ts';
import { objectOf, transferFixture } from './remote-fixture.ts';

test('what the remote has comes into the cache under its name', async () => {
  await using fixture = transferFixture();
  const hello = objectOf('hello');
  fixture.remoteObjects.put(hello.key, hello.bytes);
  const arrived: string[] = [];
  const outcome = await downloadObjects(fixture.pool, undefined, [hello.wanted], { ...fixture, arrived: ({ path }) => arrived.push(path) });
  expect(outcome).toMatchObject({ bytes: 5, missing: [] });
  expect(arrived).toEqual(['hello.txt']);
  expect(fixture.cache.has(hello.wanted.id)).toBe(true);
});

test('an object that the remote does not have is missing, by path, object and remote; the others come', async () => {
  await using fixture = transferFixture();
  const [here, gone] = [objectOf('here'), objectOf('gone')];
  fixture.remoteObjects.put(here.key, here.bytes);
  const { fetched, missing } = await downloadObjects(fixture.pool, undefined, [gone.wanted, here.wanted], fixture);
  expect(fetched).toEqual([here.wanted]);
  expect(missing).toMatchObject([
    { path: 'gone.txt', hash: gone.wanted.id.value, remote: 'store', reason: 'missing', code: 'object-missing' },
  ]);
  expect(missing[0]?.message).toBe(`'gone.txt' (object ${gone.wanted.id.value}) is not on remote 'store' (memory://box/data)`);
});

describe('progress', () => {
  test('ends with what came', async () => {
    await using fixture = transferFixture();
    const [here, gone] = [objectOf('here'), objectOf('gone')];
    fixture.remoteObjects.put(here.key, here.bytes);
    await downloadObjects(fixture.pool, undefined, [here.wanted, gone.wanted], fixture);
    expect(fixture.events.at(0)).toMatchObject({ files: 0, totalFiles: 2, bytes: 0, totalBytes: 8 });
    expect(fixture.events.at(-1)).toMatchObject({ files: 1, totalFiles: 1, bytes: 4, totalBytes: 4 });
  });

  test.each([
    ['in one buffer', objectOf('some bytes of data')],
    ['as a stream', objectOf('0123456789abcdef'.repeat(40_000), 'large.bin')],
    ['in parts', objectOf('fedcba9876543210'.repeat(1_100_000), 'in-parts.bin')],
  ])('counts bytes that come a second time once: %s', async (_, object) => {
    let reads = 0;
    await using fixture = transferFixture({ liar: () => ((reads += 1) === 1 ? 'flipped-byte' : undefined) });
    fixture.remoteObjects.put(object.key, object.bytes);
    const { bytes } = await downloadObjects(fixture.pool, undefined, [object.wanted], fixture);
    expect(bytes).toBe(object.bytes.length);
    expect(fixture.events.at(-1)).toMatchObject({ files: 1, bytes, totalBytes: bytes });
  });

  test('has no total where only a part of it is known', async () => {
    await using fixture = transferFixture();
    const [sized, other] = [objectOf('sized'), objectOf('other')];
    for (const { key, bytes } of [sized, other]) fixture.remoteObjects.put(key, bytes);
    const { size: _, ...unsized } = other.wanted;
    await downloadObjects(fixture.pool, undefined, [sized.wanted, unsized], fixture);
    expect(fixture.events.at(-1)).toMatchObject({ files: 2, bytes: 10 });
    expect(fixture.events.filter((event) => 'totalBytes' in event)).toEqual([]);
  });
});

describe.each(allLies)('a remote that serves an object with: %s', (lie) => {
  const small = objectOf('some bytes of data');
  const streamed = objectOf('0123456789abcdef'.repeat(40_000), 'large.bin');
  const parts = objectOf('fedcba9876543210'.repeat(1_100_000), 'in-parts.bin');

  test.each([
    ['in one buffer', small],
    ['as a stream', streamed],
    ['in parts', parts],
  ])('is refused when it comes %s, and the cache holds nothing of it', async (_, object) => {
    await using fixture = transferFixture();
    fixture.remoteObjects.put(object.key, lieAbout(object.bytes, lie));
    const { missing } = await downloadObjects(fixture.pool, undefined, [object.wanted], fixture);
    expect(missing).toMatchObject([{ path: object.wanted.path, reason: 'corrupt', code: 'object-corrupt' }]);
    expect(missing[0]?.message).toContain(`object ${object.wanted.id.value}`);
    expect(missing[0]?.message).toContain("remote 'store' (memory://box/data)");
    expect(fixture.cache.has(object.wanted.id)).toBe(false);
  });

  test('is asked once more, and believed when the bytes are right', async () => {
    let times = 0;
    await using fixture = transferFixture({ liar: () => ((times += 1) === 1 ? lie : undefined) });
    fixture.remoteObjects.put(small.key, small.bytes);
    const { fetched } = await downloadObjects(fixture.pool, undefined, [small.wanted], fixture);
    expect(fetched).toHaveLength(1);
    expect(fixture.cache.has(small.wanted.id)).toBe(true);
  });
});

test('a large object in parts is the same object', async () => {
  await using fixture = transferFixture();
  const object = objectOf('0123456789abcdefg'.repeat(2_500_000), 'large.bin');
  fixture.remoteObjects.put(object.key, object.bytes);
  const { bytes, missing } = await downloadObjects(fixture.pool, undefined, [object.wanted], fixture);
  expect([bytes, missing]).toEqual([object.bytes.length, []]);
  await expect(fixture.cache.verify(object.wanted.id)).resolves.toBe(true);
});

describe('what concerns the whole remote', () => {
  const many: WantedObject[] = Array.from({ length: 100 }, (_, index) => objectOf(`object ${index}`).wanted);

  test.each([
    ['no-credentials', 'no-credentials', /^no credentials for remote 'store' \(memory:\/\/box\/data\): /u],
    ['refused', 'denied', /^remote 'store' \(memory:\/\/box\/data\): .*forbidden/u],
    ['unreachable', 'failed', /^remote 'store' \(memory:\/\/box\/data\): .*unavailable/u],
  ])('%s: every object says so in the same words, and nobody waits for each of them', async (access, reason, words) => {
    await using fixture = transferFixture({ access });
    const { missing } = await downloadObjects(fixture.pool, undefined, many, fixture);
    expect(missing).toHaveLength(100);
    expect(new Set(missing.map((object) => object.reason))).toEqual(new Set([reason]));
    expect(missing[0]?.message).toMatch(words);
    expect(new Set(missing.map(({ message }) => message)).size).toBe(1);
    const retried = new Set(fixture.events.flatMap((event) => (event.type === 'retry' ? [event.key] : [])));
    expect(retried.size).toBeLessThan(100);
  });

  test('a remote that is not configured', async () => {
    await using fixture = transferFixture();
    const { missing } = await downloadObjects(fixture.pool, 'elsewhere', many.slice(0, 2), fixture);
    expect(missing.map(({ code }) => code)).toEqual(['unknown-remote', 'unknown-remote']);
  });
});
