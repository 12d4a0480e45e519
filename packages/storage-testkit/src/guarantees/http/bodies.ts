import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';

import { randomBytes, randomNumbers, readAll } from '../../bytes.ts';
import type { FaultTarget } from '../../faults/fault.ts';
import { assertFailure, assertHolds, assertPassing, assertSameBytes, failureOf, listedKeys, settled } from '../../suite/expectations.ts';
import { type FullStorage, type Guarantee, guarantees } from '../../suite/guarantee.ts';
import { always, behindProxy, objectBytes, objectSize } from './behind-proxy.ts';

/** All requests that may bring an object's bytes, until the proxy is healed: a plugin may have to look something up before. */
const downloads: FaultTarget = { ...always, match: ({ method }) => method === 'GET' };

function readWhole(storage: FullStorage, range?: { readonly start: number; readonly end: number }): Promise<Uint8Array> {
  return storage.read('object', range === undefined ? {} : { range }).then(readAll);
}

/** The range that was asked for, or a failure; never other bytes. */
async function exactOrFailed(storage: FullStorage, bytes: Uint8Array, what: string): Promise<void> {
  const range = { start: 1000, end: 2000 };
  const outcome = await settled(readWhole(storage, range));
  if (outcome.status === 'fulfilled') assertSameBytes(outcome.value, bytes.subarray(range.start, range.end), what);
  else assertFailure(outcome.reason, what);
}

/** How the bytes of an answer are taken. */
export const bodies: readonly Guarantee[] = guarantees(
  {
    area: 'bodies',
    look: 'the stream of `read` and what ends it: errors of the connection, the length that was announced',
    needs: ['put', 'httpOrigin'],
  },
  {
    cut: [
      'a body that breaks off anywhere fails while it is read, as a failure that may pass; it never ends short',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          const next = randomNumbers(trial.limits.seed);
          for (const after of [0, 1, objectSize - 1, ...Array.from({ length: 5 }, () => Math.floor(next() * objectSize))]) {
            proxy.inject({ kind: 'cut', after }, downloads);
            assertPassing(await failureOf(readWhole(storage)), `cut after ${after} bytes (seed ${trial.limits.seed})`);
            proxy.heal();
          }
          await assertHolds(storage, 'object', objectBytes(trial));
        }),
    ],
    'cut-part': [
      'a part that breaks off fails while it is read, as a failure that may pass',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          for (const after of [0, 500, 99_999]) {
            proxy.inject({ kind: 'cut', after }, downloads);
            assertPassing(await failureOf(readWhole(storage, { start: 1000, end: 101_000 })), `cut after ${after} bytes`);
            proxy.heal();
          }
        }),
    ],
    'too-short': [
      'a body shorter than its stated length fails while it is read, as a failure that may pass',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          proxy.inject({ kind: 'wrong-length', by: 1000 }, downloads);
          assertPassing(await failureOf(readWhole(storage)), 'a short body');
        }),
    ],
    'too-long': [
      'a body longer than its stated length never gets into the next answer',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          for (const by of [-1, -1000]) {
            proxy.inject({ kind: 'wrong-length', by }, downloads);
            const outcome = await settled(readWhole(storage));
            if (outcome.status === 'fulfilled') assert.ok(outcome.value.length <= objectSize + by, 'bytes beyond the stated length');
            proxy.heal();
            await assertHolds(storage, 'object', objectBytes(trial));
          }
        }),
    ],
    'part-too-short': [
      'a part that comes back complete but shorter than it was asked for fails',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          proxy.inject({ kind: 'wrong-length', by: -100 }, downloads);
          assertFailure(await failureOf(readWhole(storage, { start: 1000, end: 101_000 })), 'a part without its last 100 bytes');
        }),
      { look: 'compare what a range was asked for with `Content-Range` and with the bytes that came' },
    ],
    'range-ignored': [
      'a store that answers with the whole where a part was asked for yields the part or a failure, never other bytes',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          proxy.inject({ kind: 'request-headers', headers: { range: undefined } }, always);
          await exactOrFailed(storage, objectBytes(trial), 'a part, answered by the whole');
        }),
      { look: 'the status of the answer to a range: 206 is a part, 200 is the whole' },
    ],
    'other-range': [
      'a store that answers with another part than was asked for yields a failure, never other bytes',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          proxy.inject({ kind: 'request-headers', headers: { range: 'bytes=5000-5999' } }, downloads);
          await exactOrFailed(storage, objectBytes(trial), 'a part, answered by another one');
        }),
      { look: '`Content-Range` of the answer, where there is one' },
    ],
    'range-on-the-wire': [
      'a part costs a part, where the traits say so: the rest of the object does not travel',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          if (!storage.traits.rangeReads) return;
          const before = proxy.requests.length;
          await readWhole(storage, { start: 1000, end: 2000 });
          const answered = proxy.requests.slice(before).reduce((sum, { bytesAnswered }) => sum + bytesAnswered, 0);
          assert.ok(answered < 20_000, `${answered} bytes came for a part of 1000`);
        }),
    ],
    drip: [
      'a body that comes in small pieces arrives whole',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          proxy.inject({ kind: 'drip', bytes: 5000, everyMs: 2 }, downloads);
          assertSameBytes(await readWhole(storage), objectBytes(trial), 'a body in small pieces');
        }),
    ],
    'stored-encoded': [
      'bytes come back as they were stored, also when the store calls them gzip: nobody decodes them on the way',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          const packed = new Uint8Array(gzipSync(randomBytes(50_000, 1)));
          await storage.put('packed.gz', packed);
          proxy.inject({ kind: 'answer-headers', headers: { 'content-encoding': 'gzip' } }, downloads);
          assertSameBytes(await readAll(await storage.read('packed.gz')), packed, 'an object with Content-Encoding: gzip');
        }),
      { look: 'an HTTP client that decodes answers by itself (`fetch` does)' },
    ],
    'asks-for-bytes': [
      'no compression is asked for where bytes matter: Accept-Encoding is identity, or absent',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          const before = proxy.requests.length;
          await readWhole(storage);
          const long = proxy.requests.slice(before).filter(({ bytesAnswered }) => bytesAnswered >= objectSize);
          assert.ok(long.length > 0, 'no request brought the object');
          for (const { headers } of long) assert.match(String(headers['accept-encoding'] ?? 'identity'), /^identity(?:;q=1)?$/u);
        }),
    ],
    'login-page': [
      'a page of HTML in place of a listing is a failure, never an empty listing',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          const body = '<!doctype html><html><head><title>Sign in</title></head><body>Please sign in to the network.</body></html>';
          proxy.inject({ kind: 'body', body }, always);
          assertFailure(await failureOf(listedKeys(storage)), 'a listing');
        }),
      { needs: ['list'], look: 'how the answer to a listing is parsed: what is not one must not look empty' },
    ],
  },
);
