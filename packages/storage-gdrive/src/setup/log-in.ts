import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

import { type SetupDialog, StorageError, untilAborted } from '@datapin/storage';
import { CodeChallengeMethod, OAuth2Client } from 'google-auth-library';

import { authTransporter, scopes, tokenError } from '../credentials/token-source.ts';
import type { FreshCredentials } from '../credentials/user-credentials.ts';
import type { HttpClient } from '../http-client.ts';

/** An OAuth client of the kind "Desktop app". */
export interface OAuthClient {
  readonly id: string;
  readonly secret: string;
  readonly authUri: string;
  readonly tokenUri: string;
}

export interface LogInParts {
  readonly dialog: SetupDialog;
  readonly http: HttpClient;
  readonly signal: AbortSignal;
}

/**
 * Logs a user in: the browser shows Google's page, and comes back with a code to a server on this machine (RFC 8252), or, where the browser is
 * on another machine, with an address that leads nowhere and is pasted here. PKCE binds the code to this run, `state` the answer to the question.
 */
export async function logIn(client: OAuthClient, { dialog, http, signal }: LogInParts): Promise<FreshCredentials> {
  const state = randomBytes(16).toString('hex');
  await using server = await listen();
  const redirect = `http://127.0.0.1:${server.port}`;
  const google = new OAuth2Client({
    clientId: client.id,
    clientSecret: client.secret,
    redirectUri: redirect,
    endpoints: { oauth2AuthBaseUrl: client.authUri, oauth2TokenUrl: client.tokenUri },
    transporter: authTransporter(http),
    useAuthRequestParameters: false,
  });
  const { codeVerifier, codeChallenge = '' } = await google.generateCodeVerifierAsync();
  const address = google.generateAuthUrl({
    access_type: 'offline',
    // without it Google gives no refresh token to an app that it gave one before
    prompt: 'consent',
    scope: [...scopes],
    state,
    code_challenge: codeChallenge,
    code_challenge_method: CodeChallengeMethod.S256,
  });
  dialog.tell(
    `Log in with this address:\n\n${address}\n\n` +
      'If the browser runs on another machine, it ends on a page that it cannot open. Copy the address of that page, which begins with ' +
      `${redirect}, and paste it here.`,
  );
  dialog.openAddress(address);

  const answer = await answerOf({ server, dialog, redirect, signal });
  const code = codeIn(answer, state);
  try {
    const { tokens } = await google.getToken({ code, codeVerifier });
    const { access_token: accessToken, refresh_token: refreshToken, expiry_date: expiry } = tokens;
    if (typeof accessToken !== 'string' || typeof refreshToken !== 'string') throw new Error('Google gave no lasting credentials');
    if (typeof tokens.scope === 'string' && !tokens.scope.split(' ').includes(scopes[0] ?? '')) throw notAllowed();
    return {
      clientId: client.id,
      clientSecret: client.secret,
      accessToken,
      refreshToken,
      expiry: expiry ?? Date.now(),
      tokenUri: client.tokenUri,
    };
  } catch (error) {
    throw tokenError(error, { account: 'the log-in', hint: 'Try again; a code works once, and for a few minutes.' });
  }
}

function notAllowed(): StorageError {
  return new StorageError('forbidden', 'the log-in does not allow the use of Google Drive', {
    hint: 'Try again, and tick "See, edit, create, and delete all of your Google Drive files".',
  });
}

interface Answers {
  readonly server: CallbackServer;
  readonly dialog: SetupDialog;
  readonly redirect: string;
  readonly signal: AbortSignal;
}

/** What the browser came back with, by itself or by way of the person; whichever is first. */
async function answerOf({ server, dialog, redirect, signal }: Answers): Promise<URL> {
  const done = new AbortController();
  const stop = AbortSignal.any([done.signal, signal]);
  async function pasted(): Promise<URL> {
    for (;;) {
      const url = URL.parse((await dialog.nextLine(stop)).trim());
      if (url !== null && url.origin === redirect) return url;
      dialog.tell(`That is not the address. It begins with ${redirect} and holds "code=".`);
    }
  }
  try {
    signal.throwIfAborted();
    return await untilAborted(Promise.race([server.answer, pasted()]), signal);
  } finally {
    done.abort();
  }
}

function codeIn(answer: URL, state: string): string {
  const refusal = answer.searchParams.get('error');
  if (refusal === 'access_denied') throw notAllowed();
  if (refusal !== null) throw new StorageError('unauthenticated', `Google refused the log-in: ${refusal}`);
  if (answer.searchParams.get('state') !== state) {
    throw new StorageError('unauthenticated', 'the answer belongs to another log-in', { hint: 'Use the address that was shown last.' });
  }
  const code = answer.searchParams.get('code');
  if (code === null) throw new StorageError('unauthenticated', 'the answer holds no code');
  return code;
}

interface CallbackServer extends AsyncDisposable {
  readonly port: number;
  /** The first address with an answer of Google's in it. */
  readonly answer: Promise<URL>;
}

const page =
  '<!doctype html><meta charset="utf-8"><title>datapin</title><p>That was it. You can close this page and go back to the terminal.';

/** Waits for the browser on a free port of this machine. */
async function listen(): Promise<CallbackServer> {
  const { promise: answer, resolve } = Promise.withResolvers<URL>();
  let origin = '';
  const server: Server = createServer((request, response) => {
    const url = URL.parse(request.url ?? '/', origin);
    const isAnswer = url !== null && (url.searchParams.has('code') || url.searchParams.has('error'));
    response.writeHead(isAnswer ? 200 : 404, { 'content-type': 'text/html; charset=utf-8', connection: 'close' });
    response.end(isAnswer ? page : '', () => isAnswer && resolve(url));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  origin = `http://127.0.0.1:${port}`;
  return {
    port,
    answer,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
