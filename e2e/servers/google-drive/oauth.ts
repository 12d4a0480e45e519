import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';

import type { Answer, TakenRequest } from './answer.ts';

/** The fake's token and authorization endpoints, with accounts that exist for the tests alone. */
export interface FakeOAuth {
  /** Answers `/token` and `/auth`; `undefined` for anything else. */
  handle(request: TakenRequest): Answer | undefined;
  isValid(token: string): boolean;
  /** Makes every token given out so far worthless. */
  revokeAll(): void;
  /** A service account's key file. `tokenUri` is where the fake answers. */
  serviceAccountKey(tokenUri: string): Record<string, string>;
  /** A user's token, as a log-in gives it. */
  readonly refreshToken: string;
  readonly client: { readonly id: string; readonly secret: string };
  /** Claims of the service account's last request. */
  readonly lastClaims: () => Readonly<Record<string, unknown>>;
  /** Parameters of the last log-in page. */
  readonly lastLogin: () => URLSearchParams | undefined;
}

let keys: { readonly publicKey: string; readonly privateKey: string } | undefined;

/** Making a key takes long: one is enough for a process. */
function keyPair(): { readonly publicKey: string; readonly privateKey: string } {
  keys ??= generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return keys;
}

const drive = 'https://www.googleapis.com/auth/drive';

export function createFakeOAuth(): FakeOAuth {
  const valid = new Set<string>();
  const codes = new Map<string, { readonly challenge: string; readonly redirect: string }>();
  const client = { id: 'client-of-the-test.apps.googleusercontent.com', secret: 'GOCSPX-client-secret-canary' };
  const refreshToken = '1//refresh-token-canary';
  const email = 'robot@project.iam.gserviceaccount.com';
  let count = 0;
  let claims: Record<string, unknown> = {};
  let login: URLSearchParams | undefined;

  function grant(more: object = {}): Answer {
    count += 1;
    const token = `ya29.access-token-canary-${count}`;
    valid.add(token);
    return { status: 200, body: { access_token: token, expires_in: 3599, token_type: 'Bearer', ...more } };
  }
  const refuse = (error: string, description: string): Answer => ({ status: 400, body: { error, error_description: description } });

  function token({ body, headers, url }: TakenRequest): Answer {
    const form = new URLSearchParams(body.toString());
    if (!(headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) return refuse('invalid_request', 'not a form');
    switch (form.get('grant_type')) {
      case 'urn:ietf:params:oauth:grant-type:jwt-bearer':
        return serviceAccountToken(form.get('assertion') ?? '', url);
      case 'refresh_token':
        if (form.get('client_id') !== client.id || form.get('client_secret') !== client.secret)
          return { status: 401, body: { error: 'invalid_client' } };
        return form.get('refresh_token') === refreshToken ? grant() : refuse('invalid_grant', 'Token has been expired or revoked.');
      case 'authorization_code': {
        const code = codes.get(form.get('code') ?? '');
        codes.delete(form.get('code') ?? '');
        const challenge = createHash('sha256')
          .update(form.get('code_verifier') ?? '')
          .digest('base64url');
        if (form.get('client_id') !== client.id || form.get('client_secret') !== client.secret)
          return { status: 401, body: { error: 'invalid_client' } };
        if (code === undefined || code.challenge !== challenge || code.redirect !== form.get('redirect_uri'))
          return refuse('invalid_grant', 'Bad Request');
        return grant({ refresh_token: refreshToken, scope: `${drive} ${drive}.appdata` });
      }
      case 'urn:ietf:params:oauth:grant-type:token-exchange':
        return form.get('subject_token') === 'workload-token-canary' && (form.get('scope') ?? '').includes(drive)
          ? grant({ issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' })
          : refuse('invalid_grant', 'The subject token is not trusted.');
      default:
        return refuse('unsupported_grant_type', 'Invalid grant_type');
    }
  }

  function serviceAccountToken(assertion: string, url: URL): Answer {
    const [head = '', payload = '', signature = ''] = assertion.split('.');
    const key = createPublicKey(keyPair().publicKey);
    if (!verify('sha256', Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url')))
      return refuse('invalid_grant', 'Invalid JWT Signature.');
    claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    if (claims['aud'] !== url.href) return refuse('invalid_grant', 'Invalid JWT: the audience is another.');
    if (claims['iss'] !== email || !String(claims['scope']).split(' ').includes(drive)) return refuse('invalid_scope', 'no scope');
    if (claims['sub'] !== undefined && claims['sub'] !== 'person@example.org')
      return {
        status: 401,
        body: { error: 'unauthorized_client', error_description: 'Client is unauthorized to retrieve access tokens using this method.' },
      };
    return grant();
  }

  /** The page on which a person agrees; here it has always agreed already. */
  function authorize(url: URL): Answer {
    login = url.searchParams;
    const redirect = URL.parse(login.get('redirect_uri') ?? '');
    const challenge = login.get('code_challenge');
    const complete =
      login.get('client_id') === client.id &&
      login.get('response_type') === 'code' &&
      login.get('code_challenge_method') === 'S256' &&
      (login.get('scope') ?? '').split(' ').includes(drive) &&
      login.get('access_type') === 'offline';
    if (redirect === null || redirect.hostname !== '127.0.0.1' || challenge === null || !complete)
      return { status: 400, body: { error: 'invalid_request' } };
    const code = `4/code-${codes.size + 1}-${Math.random().toString(36).slice(2)}`;
    codes.set(code, { challenge, redirect: login.get('redirect_uri') ?? '' });
    redirect.searchParams.set('code', code);
    redirect.searchParams.set('state', login.get('state') ?? '');
    return { status: 302, headers: { location: redirect.href } };
  }

  return {
    handle(request) {
      if (request.url.pathname === '/token' && request.method === 'POST') return token(request);
      if (request.url.pathname === '/auth' && request.method === 'GET') return authorize(request.url);
      return undefined;
    },
    isValid: (bearer) => valid.has(bearer),
    revokeAll: () => valid.clear(),
    serviceAccountKey: (tokenUri) => ({
      type: 'service_account',
      project_id: 'project',
      private_key_id: 'key-id',
      private_key: keyPair().privateKey,
      client_email: email,
      token_uri: tokenUri,
    }),
    refreshToken,
    client,
    lastClaims: () => claims,
    lastLogin: () => login,
  };
}
