import assert from 'node:assert/strict';

import { startFaultProxy } from '../../faults/fault-proxy.ts';
import { type Guarantee, guarantees, type Trial } from '../../suite/guarantee.ts';
import type { Fault } from '../../faults/fault.ts';
import { assertNoSecrets, withCanaries } from '../secrets.ts';
import { always } from './behind-proxy.ts';

/** Errors of a remote whose every request meets a fault tell no secret: with its own credentials, and with a canary in each secret option. */
async function tellsNothing(trial: Trial, faults: readonly Fault[]): Promise<void> {
  const { httpOrigin, emptyRemote } = trial.server;
  assert.ok(httpOrigin !== undefined, 'the test server gives no `httpOrigin`');
  await using proxy = await startFaultProxy(httpOrigin);
  const remote = await emptyRemote(proxy.url);
  for (const fault of faults) {
    for (const one of [remote, ...withCanaries(trial, remote)]) {
      proxy.inject(fault, always);
      await assertNoSecrets(trial, one);
      proxy.heal();
    }
  }
}

/** That secrets do not come back from a store into an error. */
export const echoes: readonly Guarantee[] = guarantees(
  {
    area: 'echoes',
    look: 'what of an answer or of a failed request gets into errors: its body, its reason, the request’s headers and URL (see `redactor`)',
    needs: ['put', 'httpOrigin'],
  },
  {
    refusals: [
      'a refusal (400, 401, 403) that repeats the whole request, its credentials too, leaks no secret into an error',
      (trial) =>
        tellsNothing(
          trial,
          [400, 401, 403].map((status) => ({ kind: 'echo', status })),
        ),
    ],
    failures: [
      'a failure (404, 500, 503) that repeats the whole request leaks no secret into an error',
      (trial) =>
        tellsNothing(
          trial,
          [404, 500, 503].map((status) => ({ kind: 'echo', status })),
        ),
    ],
    success: [
      'an answer of 200 that is not what was asked for, and repeats the request, leaks no secret into an error',
      (trial) => tellsNothing(trial, [{ kind: 'echo', status: 200 }]),
    ],
    connections: [
      'a connection that breaks leaks no secret of its request into an error',
      (trial) => tellsNothing(trial, [{ kind: 'reset' }, { kind: 'garbage' }, { kind: 'hang-up' }]),
    ],
  },
);
