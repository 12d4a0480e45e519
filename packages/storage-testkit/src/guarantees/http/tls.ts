import assert from 'node:assert/strict';

import { isRetryable } from '@datapin/storage';

import { certificates, otherAuthority, type ServerCertificate, testAuthority } from '../../faults/certificates.ts';
import { startFaultProxy } from '../../faults/fault-proxy.ts';
import { everyCallFails } from '../../suite/calls.ts';
import { assertFailure, assertHolds } from '../../suite/expectations.ts';
import { type Guarantee, guarantees, type Trial } from '../../suite/guarantee.ts';
import type { TestRemote } from '../../suite/storage-under-test.ts';
import { withAuthorityFile } from './authority-file.ts';
import { objectBytes } from './behind-proxy.ts';

/** A remote behind a proxy with a certificate, with the authorities that the plugin is to trust. */
async function behindTls(
  trial: Trial,
  { tls, authority }: { readonly tls: ServerCertificate; readonly authority: string },
  use: (remote: TestRemote, requests: readonly unknown[]) => Promise<void>,
): Promise<void> {
  const { httpOrigin, tlsRemote } = trial.server;
  assert.ok(httpOrigin !== undefined && tlsRemote !== undefined, 'the test server gives no `tlsRemote`');
  await using proxy = await startFaultProxy(httpOrigin, { tls });
  await withAuthorityFile(authority, async (file) => use(await tlsRemote(proxy.url, file), proxy.requests));
}

/** Nothing is asked of a server that is not who it should be, and waiting will not help. */
async function refusedBefore(trial: Trial, tls: ServerCertificate, authority: string): Promise<void> {
  await behindTls(trial, { tls, authority }, async (remote, requests) => {
    await everyCallFails(trial, remote, (error, what) => {
      assertFailure(error, what);
      assert.ok(!isRetryable(error), `${what}: a certificate does not get better by waiting`);
    });
    assert.equal(requests.length, 0, 'requests were sent to a server that is not trusted');
  });
}

/** What TLS is there for. */
export const tls: readonly Guarantee[] = guarantees(
  {
    area: 'tls',
    look: 'how the HTTP client is told which authorities to trust, and how its TLS errors are classified',
    needs: ['put', 'httpOrigin', 'tlsRemote'],
  },
  {
    trusted: [
      'over TLS objects go up and come back, where the plugin is told which authority to trust',
      (trial) =>
        behindTls(trial, { tls: certificates.good, authority: testAuthority }, async (remote, requests) => {
          const storage = await trial.open(remote);
          await storage.put('object', objectBytes(trial));
          await assertHolds(storage, 'object', objectBytes(trial));
          assert.ok(requests.length > 0, '`tlsRemote` did not use the origin it was given');
          await storage[Symbol.asyncDispose]();
        }),
    ],
    'unknown-authority': [
      'a certificate of an authority that is not trusted is a failure that stays, and nothing is sent',
      (trial) => refusedBefore(trial, certificates.good, otherAuthority),
    ],
    'other-host': [
      'a certificate for another host is a failure that stays, and nothing is sent',
      (trial) => refusedBefore(trial, certificates.otherHost, testAuthority),
    ],
    expired: [
      'a certificate that has expired is a failure that stays, and nothing is sent',
      (trial) => refusedBefore(trial, certificates.expired, testAuthority),
    ],
    'no-tls-there': [
      'a server that speaks no TLS where it should is a failure, never not-found, and gets no credentials',
      async (trial) => {
        const { httpOrigin = '', tlsRemote } = trial.server;
        assert.ok(tlsRemote !== undefined, 'the test server gives no `tlsRemote`');
        await using proxy = await startFaultProxy(httpOrigin);
        await withAuthorityFile(testAuthority, async (file) => {
          await everyCallFails(trial, await tlsRemote(proxy.url.replace('http:', 'https:'), file), assertFailure);
        });
        assert.equal(proxy.requests.length, 0, 'requests without TLS');
      },
    ],
  },
);
