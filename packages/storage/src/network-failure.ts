import { isStorageError, StorageError, type StorageErrorCode } from './storage-error.ts';

/** What a user can do about a connection that stays wrong, in the terms of a plugin's own options: one sentence each. */
export interface NetworkHints {
  /** No connection came about. */
  readonly unreachable?: string;
  /** The server's certificate is not trusted here. */
  readonly untrusted?: string;
  /** The server ends the handshake: it misses a client certificate, or does not take the one that it got. */
  readonly refused?: string;
  /** What answers speaks no TLS. */
  readonly noTls?: string;
}

/** Codes of Node and of undici for a connection that did not come about. */
const unreachable: Readonly<Record<string, readonly [StorageErrorCode, words: string]>> = {
  ECONNREFUSED: ['unavailable', 'connection refused'],
  EHOSTUNREACH: ['unavailable', 'no route to the host'],
  ENETUNREACH: ['unavailable', 'no route to its network'],
  EHOSTDOWN: ['unavailable', 'the host is down'],
  ENOTFOUND: ['unavailable', 'no such host'],
  EAI_AGAIN: ['unavailable', 'the name of the host cannot be looked up now'],
  UND_ERR_CONNECT_TIMEOUT: ['timeout', 'no answer'],
};

/** Their codes for one that did. */
const codes: Readonly<Record<string, StorageErrorCode>> = {
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
  const { code: name, tried } = failedCall(error);
  const failure = (code: StorageErrorCode, what: string, hint?: string): StorageError =>
    new StorageError(code, `${what}: ${reasonIn(error)}`, { cause: error, ...(hint === undefined ? {} : { hint }) });

  if (refused.test(name)) return failure('unauthenticated', `${origin} does not take this client`, hints.refused);
  if (untrusted.test(name)) return failure('invalid-request', `${origin} is not trusted`, hints.untrusted);
  if (noTls.test(name)) return failure('invalid-request', origin, hints.noTls);
  const [code, words] = unreachable[name] ?? [];
  if (code === undefined) return failure(codes[name] ?? 'interrupted', origin);
  const hint = hints.unreachable === undefined ? {} : { hint: hints.unreachable };
  return new StorageError(code, `cannot reach ${origin} (${words}${tried === '' || origin.includes(tried) ? '' : `: ${tried}`})`, {
    cause: error,
    ...hint,
  });
}

interface FailedCall {
  readonly code: string;
  /** The address or the name that was tried, which may be a proxy's; empty when nobody says. */
  readonly tried: string;
}

/** The code of an error, or of the first of those it gathers (one per address of the host), or of what is behind it. */
function failedCall(error: unknown): FailedCall {
  if (typeof error !== 'object' || error === null) return { code: '', tried: '' };
  if ('code' in error && typeof error.code === 'string')
    return { code: error.code, tried: triedBy(error instanceof AggregateError ? error.errors[0] : error) };
  if (error instanceof AggregateError) return failedCall(error.errors[0]);
  return failedCall('cause' in error ? error.cause : undefined);
}

function triedBy(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('hostname' in error && typeof error.hostname === 'string') return error.hostname;
  if (!('address' in error) || typeof error.address !== 'string') return '';
  return 'port' in error && typeof error.port === 'number' ? `${error.address}:${error.port}` : error.address;
}

function reasonIn(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return reasonIn(error.errors[0]);
  return error instanceof Error && error.message !== '' ? error.message : String(error);
}
