import assert from 'node:assert/strict';

import { isRetryable, isStorageError } from '@datapin/storage';

import { everyCall, everyCallFails } from '../suite/calls.ts';
import { assertCode, assertFailure, failureOf } from '../suite/expectations.ts';
import { type Guarantee, guarantees } from '../suite/guarantee.ts';

/** How failures are told apart. */
export const errors: readonly Guarantee[] = guarantees(
  { area: 'errors', look: 'where the plugin turns failures of its store into `StorageError`s' },
  {
    'not-found': [
      'not-found is a StorageError that is not worth a retry and names the key',
      async ({ storage }) => {
        const error = await failureOf(storage.stat('folder/no-such-object'));
        assertCode(error, ['not-found'], 'stat');
        assert.ok(!isRetryable(error), 'not-found is not retryable');
        assert.ok(isStorageError(error) && error.message.includes('no-such-object'), 'the message names the key');
      },
      { needs: [] },
    ],
    'reject-not-throw': [
      'a call with a key or a signal that cannot work rejects, it does not throw',
      async ({ storage }) => {
        for (const key of ['', '..', 'a\ud800', 'x'.repeat(5000)]) {
          for (const [name, call] of everyCall(storage, key)) {
            const promise = attempt(name, () => call(AbortSignal.abort(new Error('aborted'))));
            await failureOf(promise);
          }
        }
      },
    ],
    'plain-messages': [
      'a message is a line of text of at most 500 characters that neither repeats its code nor shows a stack',
      async ({ storage }) => {
        for (const call of [() => storage.stat('folder/nothing'), () => storage.read('folder/nothing')]) {
          const error = await failureOf(call());
          assert.ok(isStorageError(error), String(error));
          assert.match(error.message, /^.{5,500}$/u, 'the message');
          assert.doesNotMatch(error.message, /\bat .*:\d+:\d+|StorageError/u, 'the message');
        }
      },
    ],
    refused: [
      'refused access is forbidden or unauthenticated, never not-found',
      async (trial) => {
        assert.ok(trial.server.refusedRemote, 'the test server gives no `refusedRemote`');
        await everyCallFails(trial, await trial.server.refusedRemote(), (error, what) =>
          assertCode(error, ['forbidden', 'unauthenticated'], what),
        );
      },
      { needs: ['refusedRemote'] },
    ],
    unreachable: [
      'a store that does not answer is unavailable or a timeout, never not-found',
      async (trial) => {
        assert.ok(trial.server.unreachableRemote, 'the test server gives no `unreachableRemote`');
        await everyCallFails(trial, await trial.server.unreachableRemote(), (error, what) =>
          assertCode(error, ['unavailable', 'timeout'], what),
        );
      },
      { needs: ['unreachableRemote'] },
    ],
    'refusal-stays': [
      'refused access is not worth a retry, and is told at every call, not only at the first',
      async (trial) => {
        assert.ok(trial.server.refusedRemote, 'the test server gives no `refusedRemote`');
        const remote = await trial.server.refusedRemote();
        for (let time = 1; time <= 2; time++) {
          await everyCallFails(trial, remote, (error, what) => {
            assertFailure(error, what);
            assert.ok(!isRetryable(error), `${what}: a refusal is not retryable`);
          });
        }
      },
      { needs: ['refusedRemote'] },
    ],
  },
);

function attempt(name: string, call: () => Promise<unknown>): Promise<unknown> {
  try {
    return call();
  } catch (error) {
    return assert.fail(`${name} threw ${String(error)} instead of rejecting`);
  }
}
