import { expect, test } from 'vitest';

import { allLies, type Lie, lyingPlugin, memoryPlugin, openRemote, randomBytes, readAll, sourceOf } from '../src/index.ts';

const bytes = randomBytes(1000, 1);

async function readWith(lie: Lie | undefined, key = 'object'): Promise<Uint8Array> {
  const storage = await openRemote(
    lyingPlugin(memoryPlugin(), (asked) => (asked === 'object' ? lie : undefined)),
    { url: 'memory://remote' },
  );
  await storage.write?.(key, sourceOf(bytes));
  return readAll(await storage.read(key));
}

test('it tells the truth about keys it has no lie about', async () => {
  expect(await readWith('empty', 'another')).toEqual(bytes);
});

test.for(allLies)('%s: the bytes are not those that were written', async (lie) => {
  expect(await readWith(lie)).not.toEqual(bytes);
});

test('a flipped byte keeps the length, a truncated object loses some, one byte too many is one more', async () => {
  expect((await readWith('flipped-byte')).length).toBe(1000);
  expect((await readWith('truncated')).length).toBe(999);
  expect((await readWith('empty')).length).toBe(0);
  expect((await readWith('one-byte-too-many')).length).toBe(1001);
});

test('a part of a lie is a part of the lie', async () => {
  const storage = await openRemote(
    lyingPlugin(memoryPlugin(), () => 'flipped-byte'),
    { url: 'memory://remote' },
  );
  await storage.write?.('object', sourceOf(bytes));
  const part = await readAll(await storage.read('object', { range: { start: 499, end: 502 } }));
  expect([...part].map((byte, index) => byte === bytes[499 + index])).toEqual([true, false, true]);
});
