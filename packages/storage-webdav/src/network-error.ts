import { StorageError, type StorageErrorCode, isStorageError } from '@datapin/storage';

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
  EPROTO: 'invalid-request',
  ERR_SSL_WRONG_VERSION_NUMBER: 'invalid-request',
  UND_ERR_HEADERS_OVERFLOW: 'invalid-request',
};

const untrusted = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS_/u;
const clientCertificate = /ALERT_(?:CERTIFICATE|BAD_CERTIFICATE|UNKNOWN_CA|HANDSHAKE)|CERTIFICATE_REQUIRED/u;

/**
 * A failure between here and the server, classified. Whatever breaks a connection without saying more is `interrupted`, worth a retry;
 * a certificate that one side does not take, or an address that speaks no TLS, stays wrong.
 */
export function networkError(origin: string, error: unknown): StorageError {
  if (isStorageError(error)) return error;
  const name = errorCode(error);
  if (clientCertificate.test(name)) {
    return new StorageError('unauthenticated', `${origin} does not take the client certificate: ${reasonOf(error)}`, {
      cause: error,
      hint: 'See cert_path and key_path.',
    });
  }
  if (untrusted.test(name)) {
    return new StorageError('invalid-request', `${origin} is not trusted: ${reasonOf(error)}`, {
      cause: error,
      hint: 'Name the PEM file of the authority that signed its certificate in ssl_verify.',
    });
  }
  const code = codes[name] ?? 'interrupted';
  const hint = code === 'invalid-request' ? 'Does the address take https? webdavs:// speaks https, webdav:// plain http.' : undefined;
  return new StorageError(code, `${origin}: ${reasonOf(error)}`, { cause: error, ...(hint === undefined ? {} : { hint }) });
}

/** The code of an error, or of the first of those it gathers (one per address of the host). */
function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return errorCode(error.errors[0]);
  return 'cause' in error ? errorCode(error.cause) : '';
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return reasonOf(error.errors[0]);
  return error instanceof Error && error.message !== '' ? error.message : String(error);
}
