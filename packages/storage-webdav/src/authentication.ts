import type { IncomingHttpHeaders } from 'node:http';
import { sharedAttempt, type StorageHost } from '@datapin/storage';
import type { DigestContext, Response } from 'webdav';
import type { Credentials } from './credentials.ts';
import { digestChallenge } from './digest-challenge.ts';

export interface AuthenticatedRequest {
  /** `https://host[:port]`. */
  readonly origin: string;
  readonly method: string;
  /** Percent-encoded. */
  readonly path: string;
}

export interface Authentication {
  /** The headers that identify the user for one request. */
  headersFor(request: AuthenticatedRequest): Promise<Readonly<Record<string, string>>>;
  /** Learns from a 401. Says whether the request is worth sending again with other headers than those that were refused. */
  refused(answer: IncomingHttpHeaders, sent: Readonly<Record<string, string>>, attempt: number): Promise<boolean>;
}

/** Asks the server without credentials, for its challenge: the headers of its answer, empty when it demands nothing. */
export type AskForChallenge = () => Promise<IncomingHttpHeaders>;

/**
 * How requests are signed. A password goes as Basic at once over TLS, as DVC sends it; over plain http the server is asked first
 * whether it takes Digest, which does not give the password away. A token's command runs at the first request and again when the token is refused.
 */
export function createAuthentication(
  credentials: Credentials,
  context: { readonly host: StorageHost; readonly encrypted: boolean; readonly askForChallenge: AskForChallenge },
): Authentication {
  switch (credentials.kind) {
    case 'none':
      return fixed({});
    case 'bearer':
      return fixed(bearer(credentials.token));
    case 'header':
      return fixed({ [credentials.name]: credentials.value });
    case 'command':
      return commandAuthentication(credentials, context.host);
    case 'password':
      return passwordAuthentication(credentials, context.encrypted ? undefined : context.askForChallenge);
  }
}

function fixed(headers: Readonly<Record<string, string>>): Authentication {
  return { headersFor: async () => headers, refused: async () => false };
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

function commandAuthentication(credentials: Extract<Credentials, { kind: 'command' }>, host: StorageHost): Authentication {
  let current: (() => Promise<Record<string, string>>) | undefined;

  function headers(): Promise<Record<string, string>> {
    current ??= sharedAttempt(async () => {
      const { runTokenCommand } = await import('./token-command.ts');
      return bearer(await runTokenCommand(credentials, host));
    });
    return current();
  }
  return {
    headersFor: headers,
    async refused(_answer, sent, attempt): Promise<boolean> {
      if (attempt > 1) return false;
      // another request may have renewed the token since
      if ((await headers())['authorization'] === sent['authorization']) current = undefined;
      return (await headers())['authorization'] !== sent['authorization'];
    },
  };
}

function passwordAuthentication(
  { user, password }: Extract<Credentials, { kind: 'password' }>,
  askForChallenge: AskForChallenge | undefined,
): Authentication {
  const basic = { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  let digest: Digest | undefined;

  async function learn(answer: IncomingHttpHeaders): Promise<boolean> {
    const challenge = digestChallenge(answer);
    if (challenge === undefined) return false;
    digest = await createDigest(challenge, user, password);
    return true;
  }
  const chooseScheme = sharedAttempt(async () => {
    if (askForChallenge !== undefined) await learn(await askForChallenge());
  });

  return {
    async headersFor(request): Promise<Readonly<Record<string, string>>> {
      await chooseScheme();
      return digest === undefined ? basic : { authorization: digest.sign(request) };
    },
    async refused(answer, sent, attempt): Promise<boolean> {
      // many requests at once may use a nonce up before each of them has had its turn; the password is right then
      if (attempt > 1 && (attempt > mostNonces || !isStale(answer))) return false;
      // another request may have got a new nonce since
      if (digest !== undefined && !digest.signed(sent['authorization'])) return true;
      return learn(answer);
    },
  };
}

const mostNonces = 5;

/** A server that calls a nonce stale has nothing against the password (RFC 7616 §3.3). */
function isStale(answer: IncomingHttpHeaders): boolean {
  return /[\s,]stale\s*=\s*"?true/iu.test(digestChallenge(answer) ?? '');
}

interface Digest {
  sign(request: AuthenticatedRequest): string;
  /** Whether a header was signed with this challenge's nonce. */
  signed(authorization: string | undefined): boolean;
}

/** The arithmetic of RFC 7616 is the `webdav` library's. Counting is not left to it: it gives requests at the same time the same number. */
async function createDigest(challenge: string, user: string, password: string): Promise<Digest> {
  const { createDigestContext, generateDigestAuthHeader, parseDigestAuth } = await import('webdav/dist/node/auth/digest.js');
  const context: DigestContext = createDigestContext(user, password, '');
  parseDigestAuth(answerWith(challenge), context);
  let count = 0;
  return {
    sign({ origin, method, path }): string {
      count += 1;
      return generateDigestAuthHeader({ url: origin + path, method }, { ...context, username: user, password, nc: count });
    },
    signed: (authorization) => authorization?.includes(`nonce="${context.nonce}"`) ?? false,
  };
}

/** The little of a fetch response that the library looks at. */
function answerWith(challenge: string): Response {
  const none = (): Promise<never> => Promise.reject(new Error('no body'));
  const headers = { get: (): string => challenge, forEach: (): void => undefined };
  return { headers, ok: false, status: 401, statusText: '', url: '', arrayBuffer: none, json: none, text: none };
}
