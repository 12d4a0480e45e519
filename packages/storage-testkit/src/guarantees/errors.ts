import assert from 'node:assert/strict';
import { inspect } from 'node:util';

import { isRetryable, isStorageError, type StorageErrorCode } from '@datapin/storage';

import { sourceOf } from '../bytes.ts';
import { assertCode, failureOf, listed } from '../suite/expectations.ts';
import { type FullStorage, type Guarantee, guarantees, type Trial } from '../suite/guarantee.ts';
import type { TestRemote } from '../suite/storage-under-test.ts';

/** Every call on the remote fails with one of the codes; opening it may fail so already. */
async function everyCallFails(trial: Trial, remote: TestRemote, codes: readonly StorageErrorCode[]): Promise<void> {
  let storage: FullStorage;
  try {
    storage = await trial.open(remote);
  } catch (error) {
    assertCode(error, codes, 'opening');
    return;
  }
  assertCode(await failureOf(storage.stat('some/object')), codes, 'stat');
  assertCode(await failureOf(storage.read('some/object')), codes, 'read');
  assertCode(await failureOf(storage.write('some/object', sourceOf(Uint8Array.of(1)))), codes, 'write');
  assertCode(await failureOf(listed(storage)), codes, 'list');
  assertCode(await failureOf(storage.remove(['some/object'])), codes, 'remove');
}

/** Everything that can be seen of the errors of a remote: message, properties and causes. */
async function errorTextOf(trial: Trial, remote: TestRemote): Promise<string> {
  const attempt = trial.open(remote).then((storage) => storage.read('no/such/object'));
  return inspect(await failureOf(attempt), { depth: 8, showHidden: true });
}

/** How failures are told apart. */
export const errors: readonly Guarantee[] = guarantees('errors', {
  'not-found': [
    'not-found is a StorageError that is not worth a retry and names the key',
    async ({ storage }) => {
      const error = await failureOf(storage.stat('folder/no-such-object'));
      assertCode(error, ['not-found'], 'stat');
      assert.ok(!isRetryable(error), 'not-found is not retryable');
      assert.ok(isStorageError(error) && error.message.includes('no-such-object'), 'the message names the key');
    },
  ],
  refused: [
    'refused access is forbidden or unauthenticated, never not-found',
    async (trial) => {
      assert.ok(trial.server.refusedRemote, 'the test server gives no `refusedRemote`');
      await everyCallFails(trial, await trial.server.refusedRemote(), ['forbidden', 'unauthenticated']);
    },
  ],
  unreachable: [
    'a store that does not answer is unavailable or a timeout, never not-found',
    async (trial) => {
      assert.ok(trial.server.unreachableRemote, 'the test server gives no `unreachableRemote`');
      await everyCallFails(trial, await trial.server.unreachableRemote(), ['unavailable', 'timeout']);
    },
  ],
  'no-secrets': [
    'no error holds a secret: not in its message, its properties or its causes',
    async (trial) => {
      const { emptyRemote, refusedRemote, unreachableRemote, secrets = [] } = trial.server;
      for (const remote of [await emptyRemote(), await refusedRemote?.(), await unreachableRemote?.()]) {
        if (remote === undefined) continue;
        const text = await errorTextOf(trial, remote);
        for (const secret of secrets) assert.ok(!text.includes(secret), 'an error holds a secret');
      }
    },
  ],
});
