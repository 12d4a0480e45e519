import assert from 'node:assert/strict';

import { everyCall } from '../suite/calls.ts';
import { settled } from '../suite/expectations.ts';
import { type Guarantee, guarantees, type Trial } from '../suite/guarantee.ts';
import { printedForms, secretIn } from '../suite/secret-forms.ts';
import type { TestRemote } from '../suite/storage-under-test.ts';

/** Values for secret options that nothing else looks like; the second one changes when it is URL-encoded. */
const canaries = ['canary0Value5f1e7c', 'canary/+ &=%:Value@9d'];

/** The secrets that a remote has in its options, besides those that the test server names. */
function secretsOf({ plugin, server }: Trial, remote: TestRemote): readonly string[] {
  const values = Object.entries(remote.options ?? {}).flatMap(([name, value]) =>
    plugin.options[name]?.secret === true && typeof value === 'string' ? [value] : [],
  );
  return [...(server.secrets ?? []), ...canaries, ...values];
}

/** The errors that opening and every call on a remote end with, where they fail. */
async function errorsOf(trial: Trial, remote: TestRemote): Promise<readonly unknown[]> {
  const opening = await settled(trial.open(remote));
  if (opening.status === 'rejected') return [opening.reason];
  const errors: unknown[] = [];
  for (const [, call] of everyCall(opening.value, 'no/such/object')) {
    const outcome = await settled(call());
    if (outcome.status === 'rejected') errors.push(outcome.reason);
  }
  return errors;
}

/** No error of a remote, nor any warning so far, tells a secret. */
export async function assertNoSecrets(trial: Trial, remote: TestRemote): Promise<void> {
  const secrets = secretsOf(trial, remote);
  for (const error of await errorsOf(trial, remote)) {
    assert.equal(
      secretIn(printedForms(error), secrets),
      undefined,
      `an error tells a secret: ${error instanceof Error ? error.name : 'not an Error'}`,
    );
  }
  assert.equal(secretIn(trial.warnings.join('\n'), secrets), undefined, 'a warning tells a secret');
}

/** The remote under test with each of its secret options in turn set to a canary. */
export function* withCanaries({ plugin }: Trial, remote: TestRemote): Generator<TestRemote> {
  for (const [name, { secret, type }] of Object.entries(plugin.options)) {
    if (secret !== true || type !== 'string') continue;
    for (const canary of canaries) yield { ...remote, options: { ...remote.options, [name]: canary } };
  }
}

/** That secrets stay where they belong. */
export const secrets: readonly Guarantee[] = guarantees(
  {
    area: 'secrets',
    look: 'what goes into messages, hints and causes: requests, headers, URLs with passwords, answers of the store (see `redactor`)',
    needs: [],
  },
  {
    'when-missing': [
      'the errors of a working remote tell no secret: not in message, cause, stack or JSON, raw, URL-encoded or base64',
      async (trial) => assertNoSecrets(trial, trial.remote),
    ],
    'when-refused': [
      'the errors of a remote that refuses tell no secret',
      async (trial) => {
        assert.ok(trial.server.refusedRemote, 'the test server gives no `refusedRemote`');
        await assertNoSecrets(trial, await trial.server.refusedRemote());
      },
      { needs: ['refusedRemote'] },
    ],
    'when-unreachable': [
      'the errors of a remote that does not answer tell no secret',
      async (trial) => {
        assert.ok(trial.server.unreachableRemote, 'the test server gives no `unreachableRemote`');
        await assertNoSecrets(trial, await trial.server.unreachableRemote());
      },
      { needs: ['unreachableRemote'] },
    ],
    'each-option': [
      'whatever a secret option is set to, no error repeats it',
      async (trial) => {
        for (const remote of withCanaries(trial, trial.remote)) await assertNoSecrets(trial, remote);
      },
    ],
    'when-closed': [
      'the errors of calls after closing tell no secret',
      async (trial) => {
        const storage = await trial.open(trial.remote);
        await storage[Symbol.asyncDispose]();
        for (const [, call] of everyCall(storage, 'object')) {
          const outcome = await settled(call());
          if (outcome.status === 'fulfilled') continue;
          assert.equal(secretIn(printedForms(outcome.reason), secretsOf(trial, trial.remote)), undefined, 'an error tells a secret');
        }
      },
    ],
  },
);
