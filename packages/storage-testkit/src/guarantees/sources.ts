import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import type { ByteSource } from '@datapin/storage';

import { randomBytes, sourceOf } from '../bytes.ts';
import { assertAbsent, assertCode, assertKeys, failureOf } from '../suite/expectations.ts';
import { type FullStorage, type Guarantee, guarantees } from '../suite/guarantee.ts';

/** A write that has to fail leaves no object. Gives back why it failed. */
async function failureOfWrite(storage: FullStorage, source: ByteSource, md5?: string): Promise<unknown> {
  const error = await failureOf(storage.write('folder/new', source, md5 === undefined ? {} : { md5 }));
  await assertAbsent(storage, 'folder/new');
  await assertKeys(storage, [], '', 'what is listed after a failed write');
  return error;
}

/** A source that throws as soon as so many bytes were given. */
function failingAfter(count: number, size: number, failure: unknown): ByteSource {
  const before = (given: number): void => {
    if (given >= count) throw failure;
  };
  return sourceOf(randomBytes(size, 1), { before, chunkSize: Math.ceil(size / 4) });
}

function assertPassedOn(error: unknown, failure: unknown): void {
  const passedOn = error === failure || (error instanceof Error && error.cause === failure);
  assert.ok(passedOn, `the error is not the source's own: ${String(error)}`);
}

/** What writing promises when the source is not what it should be. Small objects and those in parts usually take different ways. */
export const sources: readonly Guarantee[] = guarantees(
  { area: 'sources', look: 'how `write` counts, hashes and closes what its source gives', needs: ['write'] },
  {
    short: [
      'a source that ends early is refused as invalid-request and leaves nothing',
      async ({ storage, limits }) => {
        for (const size of [1000, limits.bigObject]) {
          const source = sourceOf(randomBytes(size, 1), { claimedSize: size + 1 });
          assertCode(await failureOfWrite(storage, source), ['invalid-request'], 'write of a short source');
        }
      },
    ],
    long: [
      'a source that goes on too long is refused as invalid-request and leaves nothing',
      async ({ storage, limits }) => {
        for (const size of [1000, limits.bigObject]) {
          const source = sourceOf(randomBytes(size, 1), { claimedSize: size - 1 });
          assertCode(await failureOfWrite(storage, source), ['invalid-request'], 'write of a long source');
        }
      },
    ],
    empty: [
      'a source that gives nothing although it has a size is refused as invalid-request and leaves nothing',
      async ({ storage }) => {
        const source = sourceOf(new Uint8Array(), { claimedSize: 10 });
        assertCode(await failureOfWrite(storage, source), ['invalid-request'], 'write of an empty source');
      },
    ],
    'not-empty': [
      'a source of size 0 that gives bytes is refused as invalid-request and leaves nothing',
      async ({ storage }) => {
        const source = sourceOf(randomBytes(10, 1), { claimedSize: 0 });
        assertCode(await failureOfWrite(storage, source), ['invalid-request'], 'write of a source of size 0');
      },
    ],
    'wrong-md5': [
      'bytes that do not have the MD5 they should have are refused as invalid-request and leave nothing',
      async ({ storage, limits }) => {
        const md5 = createHash('md5').update('something else').digest('hex');
        for (const size of [1000, limits.bigObject]) {
          const error = await failureOfWrite(storage, sourceOf(randomBytes(size, 1)), md5);
          assertCode(error, ['invalid-request'], 'write with a wrong MD5');
        }
      },
    ],
    'throws-in-the-middle': [
      'an error of the source between its bytes is passed on and leaves nothing',
      async ({ storage, limits }) => {
        for (const size of [1000, limits.bigObject]) {
          const failure = new Error('the disk under the source failed');
          assertPassedOn(await failureOfWrite(storage, failingAfter(size / 2, size, failure)), failure);
        }
      },
    ],
    'throws-at-first': [
      'an error of the source before its first byte is passed on and leaves nothing',
      async ({ storage, limits }) => {
        for (const size of [1000, limits.bigObject]) {
          const failure = new Error('the file is not there any more');
          assertPassedOn(await failureOfWrite(storage, failingAfter(0, size, failure)), failure);
        }
      },
    ],
    'throws-at-last': [
      'an error of the source after its last byte is passed on and leaves nothing',
      async ({ storage, limits }) => {
        for (const size of [1000, limits.bigObject]) {
          const failure = new Error('the file changed while it was read');
          assertPassedOn(await failureOfWrite(storage, failingAfter(size, size, failure)), failure);
        }
      },
    ],
    'does-not-open': [
      'an error of the source when it is opened is passed on and leaves nothing',
      async ({ storage, limits }) => {
        for (const size of [1000, limits.bigObject]) {
          const failure = new Error('permission denied');
          const source: ByteSource = {
            size,
            open: () => {
              throw failure;
            },
          };
          assertPassedOn(await failureOfWrite(storage, source), failure);
        }
      },
    ],
    'after-failure': [
      'after a failed write the same key can be written',
      async ({ storage }) => {
        await failureOfWrite(storage, sourceOf(randomBytes(1000, 1), { claimedSize: 1001 }));
        await storage.write('folder/new', sourceOf(randomBytes(1000, 2)));
        assert.equal((await storage.stat('folder/new')).size, 1000);
      },
    ],
  },
);
