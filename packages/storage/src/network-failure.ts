import { isStorageError, StorageError, type StorageErrorCode } from './storage-error.ts';

/** What a user can do about a connection that stays wrong, in the terms of a plugin's own options: one sentence each. */
export interface NetworkHints {
  /** The server's certificate is not trusted here. */
  readonly untrusted?: string;
  /** The server ends the handshake: it misses a client certificate, or does not take the one that it got. */
  readonly refused?: string;
  /** What answers speaks no TLS. */
  readonly noTls?: string;
}

/** Codes of Node and of undici. */
const codes: Readonly<Record<string, StorageErrorCode>> = {
  ECONNREFUSED: 'unavailable',
  EHOSTUNREACH: 'unavailable',
  ENETUNREACH: 'unavailable',
  EHOSTDOWN: 'unavailable',
  ENOTFOUND: 'unavailable',
  EAI_AGAIN: 'unavailable',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ETIMEDOUT: 'timeout',
  UND_ERR_HEADERS_OVERFLOW: 'invalid-request',
};

/** Alerts that the server sends, so they come first: most of them have CERT in their names, too. */
const refused = /ALERT_(?:\w*CERTIFICATE|UNKNOWN_CA|HANDSHAKE)/u;
const untrusted = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS_/u;
const noTls = /^(?:EPROTO|ERR_SSL_WRONG_VERSION_NUMBER)$/u;

/**
 * The error for a connection that failed, by the code that Node or undici gave it; `origin` is where it led to, `https://host[:port]`, and begins
 * the message. Whatever breaks a connection without saying more is `interrupted`, worth a retry. What stays wrong is not: a certificate that is
 * not trusted and an address that speaks no TLS are `invalid-request`, a server that does not take this client is `unauthenticated`.
 * A {@link StorageError} is given back as it is. An abort is not told from a failure: whoever calls looks at the signal first.
 */
export function networkFailure(
  error: unknown,
  { origin, hints = {} }: { readonly origin: string; readonly hints?: NetworkHints },
): StorageError {
  if (isStorageError(error)) return error;
  const name = codeIn(error);
  const failure = (code: StorageErrorCode, what: string, hint?: string): StorageError =>
    new StorageError(code, `${what}: ${reasonIn(error)}`, { cause: error, ...(hint === undefined ? {} : { hint }) });

  if (refused.test(name)) return failure('unauthenticated', `${origin} does not take this client`, hints.refused);
  if (untrusted.test(name)) return failure('invalid-request', `${origin} is not trusted`, hints.untrusted);
  if (noTls.test(name)) return failure('invalid-request', origin, hints.noTls);
  return failure(codes[name] ?? 'interrupted', origin);
}

/** The code of an error, or of the first of those it gathers (one per address of the host), or of what is behind it. */
function codeIn(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return codeIn(error.errors[0]);
  return 'cause' in error ? codeIn(error.cause) : '';
}

function reasonIn(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return reasonIn(error.errors[0]);
  return error instanceof Error && error.message !== '' ? error.message : String(error);
}
