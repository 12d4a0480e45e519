import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { createSigner } from '../src/request-signer.ts';

interface Vector {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly region: string;
  readonly sessionToken: string | null;
  readonly authorization: string;
}

/** Made by botocore 1.43's `S3SigV4Auth`, the payload unsigned, on 2026-01-02 at 03:04:05 UTC. */
const vectors = JSON.parse(readFileSync(join(import.meta.dirname, 'vectors', 'signatures.json'), 'utf8')) as readonly Vector[];
const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

test.each(vectors)(
  '$method $path is signed as botocore does (token: $sessionToken)',
  async ({ sessionToken, region, authorization, ...request }) => {
    const headers = await createSigner()(request, {
      credentials: sessionToken === null ? keys : { ...keys, sessionToken },
      region,
      date: new Date('2026-01-02T03:04:05Z'),
    });
    expect(headers['authorization']).toBe(authorization);
  },
);

test('credentials may change from one request to the next', async () => {
  const sign = createSigner();
  const request = { method: 'GET', host: 'store.example', path: '/b/k', query: {}, headers: {} };
  const context = { region: 'us-east-1', date: new Date('2026-01-02T03:04:05Z') };
  const first = await sign(request, { ...context, credentials: keys });
  const second = await sign(request, { ...context, credentials: { ...keys, accessKeyId: 'AKIDOTHER' } });
  expect(first['authorization']).toContain('AKIDEXAMPLE');
  expect(second['authorization']).toContain('AKIDOTHER');
});
