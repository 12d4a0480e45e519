import { describe, expect, test } from 'vitest';

import type { ByteSource, ByteStream } from '@datapin/storage';

import { type CountedSource, countedSource } from '../../src/transfer/counted-source.ts';

/** Ten bytes, one after the other. */
const tenBytes: ByteSource = {
  size: 10,
  async *open({ start, end } = { start: 0, end: 10 }) {
    for (let at = start; at < end; at += 1) yield Uint8Array.of(at);
  },
};

function counting(): { readonly source: CountedSource; readonly counted: () => number } {
  let sum = 0;
  return { source: countedSource(tenBytes, (bytes) => (sum += bytes)), counted: () => sum };
}

/** Reads so many chunks and goes on at the next call. */
function reader(stream: ByteStream): (chunks: number) => Promise<void> {
  const iterator = stream[Symbol.asyncIterator]();
  return async (chunks) => {
    for (let read = 0; read < chunks; read += 1) await iterator.next();
  };
}

test('bytes count as they are read', async () => {
  const { source, counted } = counting();
  const read = reader(source.open());
  await read(3);
  expect(counted()).toBe(3);
  await read(4);
  expect(counted()).toBe(7);
});

test('the parts of a source count together', async () => {
  const { source, counted } = counting();
  const [first, second] = [reader(source.open({ start: 0, end: 5 })), reader(source.open({ start: 5, end: 10 }))];
  await first(2);
  await second(4);
  expect(counted()).toBe(6);
});

describe('what is read twice counts once', () => {
  test('first for a digest, then to be sent', async () => {
    const { source, counted } = counting();
    await reader(source.open())(10);
    await reader(source.open())(2);
    expect(counted()).toBe(2);
  });

  test('a part that is sent again', async () => {
    const { source, counted } = counting();
    await reader(source.open({ start: 0, end: 5 }))(4);
    await reader(source.open({ start: 5, end: 10 }))(1);
    await reader(source.open({ start: 0, end: 5 }))(2);
    expect(counted()).toBe(3);
  });

  test('a digest of the whole beside the parts that are sent', async () => {
    const { source, counted } = counting();
    const digest = reader(source.open());
    await digest(6);
    const part = reader(source.open({ start: 0, end: 5 }));
    await part(1);
    await digest(3);
    expect(counted()).toBe(1);
  });
});

test('when the try is over, what is settled counts, whoever still reads', async () => {
  const { source, counted } = counting();
  const late = reader(source.open());
  await late(5);
  source.settle(0);
  await late(2);
  expect(counted()).toBe(0);
  source.settle(10);
  expect(counted()).toBe(10);
});
