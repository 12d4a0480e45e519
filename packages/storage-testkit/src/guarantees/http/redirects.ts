import assert from 'node:assert/strict';

import { isStorageError } from '@datapin/storage';

import { readAll } from '../../bytes.ts';
import { certificates, testAuthority } from '../../faults/certificates.ts';
import type { FaultProxy, ProxiedRequest } from '../../faults/fault.ts';
import { startFaultProxy } from '../../faults/fault-proxy.ts';
import { everyCall } from '../../suite/calls.ts';
import { assertFailure, assertHolds, failureOf, settled } from '../../suite/expectations.ts';
import { type FullStorage, type Guarantee, guarantees, type Trial } from '../../suite/guarantee.ts';
import { secretIn } from '../../suite/secret-forms.ts';
import { withAuthorityFile } from './authority-file.ts';
import { always, behindProxy, eachCallMeets, objectBytes } from './behind-proxy.ts';

const statuses = [301, 302, 303, 307, 308];

const credentialHeaders =
  /^(?:authorization|proxy-authorization|cookie|x-amz-security-token|x-api-key|x-auth-token|x-access-token|x-goog-api-key|private-token|x-csrf-token)$/u;

/** No request at a place where the credentials do not belong has any, by the headers' names or by the secrets' texts. */
function assertNoCredentials(requests: readonly ProxiedRequest[], secrets: readonly string[], what: string): void {
  for (const { method, target, headers } of requests) {
    const names = Object.keys(headers).filter((name) => credentialHeaders.test(name));
    assert.deepEqual(names, [], `${what}: ${method} ${target} came with credentials`);
    const text = [target, decoded(target), ...Object.values(headers).map(String)].join('\n');
    assert.equal(secretIn(text, secrets), undefined, `${what}: ${method} came with a secret`);
  }
}

function decoded(target: string): string {
  try {
    return decodeURIComponent(target);
  } catch {
    return target;
  }
}

/** Every call, sent elsewhere by every status of a redirect. */
async function sentElsewhere(storage: FullStorage, proxy: FaultProxy, to: string): Promise<void> {
  for (const status of statuses) {
    for (const [name, call] of everyCall(storage, 'object')) {
      const before = proxy.requests.length;
      proxy.inject({ kind: 'redirect', to, status }, always);
      const outcome = await settled(call());
      proxy.heal();
      assert.ok(
        proxy.requests.slice(before).some(({ fault }) => fault?.kind === 'redirect'),
        `${name} asked nothing`,
      );
      if (outcome.status === 'rejected') assert.ok(isStorageError(outcome.reason), `${name}: ${String(outcome.reason)}`);
    }
  }
}

function tlsSeam({ server }: Trial): NonNullable<Trial['server']['tlsRemote']> {
  assert.ok(server.tlsRemote !== undefined, 'the test server gives no `tlsRemote`');
  return server.tlsRemote;
}

/** What becomes of a request that the store sends elsewhere. */
export const redirects: readonly Guarantee[] = guarantees(
  {
    area: 'redirects',
    look: 'redirects that the HTTP client follows by itself: decide about them yourself, by origin (scheme, host and port)',
    needs: ['put', 'httpOrigin'],
  },
  {
    'other-port': [
      'credentials never travel to another port of the same host, by whatever redirect and from whatever call',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          await using other = await startFaultProxy(trial.server.httpOrigin ?? '');
          await sentElsewhere(storage, proxy, other.url);
          assertNoCredentials(other.requests, trial.server.secrets ?? [], 'at another port');
        }),
    ],
    'other-host': [
      'credentials never travel to another host',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          await using other = await startFaultProxy(trial.server.httpOrigin ?? '');
          await sentElsewhere(storage, proxy, other.url.replace('127.0.0.1', 'localhost'));
          assertNoCredentials(other.requests, trial.server.secrets ?? [], 'at another host');
        }),
    ],
    downgrade: [
      'credentials never travel from https down to http',
      async (trial) => {
        const tlsRemote = tlsSeam(trial);
        await using plain = await startFaultProxy(trial.server.httpOrigin ?? '');
        await using secure = await startFaultProxy(trial.server.httpOrigin ?? '', { tls: certificates.good });
        await withAuthorityFile(testAuthority, async (file) => {
          const storage = await trial.open(await tlsRemote(secure.url, file));
          await storage.put('object', objectBytes(trial));
          await sentElsewhere(storage, secure, plain.url);
          await storage[Symbol.asyncDispose]();
        });
        assertNoCredentials(plain.requests, trial.server.secrets ?? [], 'without TLS');
      },
      { needs: ['tlsRemote'] },
    ],
    'not-missing': [
      'an object whose request is sent elsewhere and refused there is not not-found',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          await using other = await startFaultProxy(trial.server.httpOrigin ?? '');
          other.inject({ kind: 'status', status: 403 }, always);
          await eachCallMeets(storage, proxy, { kind: 'redirect', to: other.url }, assertFailure);
        }),
    ],
    endless: [
      'redirects without end are a failure, not a call without end',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          await eachCallMeets(storage, proxy, { kind: 'redirect', to: proxy.url }, assertFailure);
          assert.ok(proxy.requests.length < 400, `${proxy.requests.length} requests`);
        }),
    ],
    'no-location': [
      'a redirect that names no place is a failure',
      (trial) => behindProxy(trial, (storage, proxy) => eachCallMeets(storage, proxy, { kind: 'status', status: 302 }, assertFailure)),
    ],
    'to-a-file': [
      'a redirect to a file of this machine, or to data, is a failure and never read',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          for (const location of ['file:///etc/hosts', 'data:text/plain,hello', 'javascript:0']) {
            proxy.inject({ kind: 'status', status: 302, headers: { location } }, always);
            assertFailure(await failureOf(storage.read('object').then(readAll)), location);
            proxy.heal();
          }
        }),
    ],
    'then-normal': [
      'after a redirect the storage goes on asking at its own address',
      (trial) =>
        behindProxy(trial, async (storage, proxy) => {
          await using other = await startFaultProxy(trial.server.httpOrigin ?? '');
          for (const status of statuses) {
            proxy.inject({ kind: 'redirect', to: other.url, status });
            await settled(storage.stat('object'));
            proxy.heal();
            const before = proxy.requests.length;
            await assertHolds(storage, 'object', objectBytes(trial));
            assert.ok(proxy.requests.length > before, `after ${status} the storage asks elsewhere`);
          }
        }),
      { look: 'permanent redirects (301, 308) that are remembered' },
    ],
  },
);
