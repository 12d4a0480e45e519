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

/**
 * A failure between here and Google, classified. Whatever breaks a connection without saying more is `interrupted`, worth a retry;
 * a certificate that is not trusted stays wrong.
 */
export function networkError(origin: string, error: unknown): StorageError {
  if (isStorageError(error)) return error;
  const name = errorCode(error);
  if (untrusted.test(name)) {
    return new StorageError('invalid-request', `${origin} is not trusted: ${reasonOf(error)}`, {
      cause: error,
      hint: 'Something between here and Google answers in its place. Name its authority in NODE_EXTRA_CA_CERTS if that is meant to be.',
    });
  }
  return new StorageError(codes[name] ?? 'interrupted', `${origin}: ${reasonOf(error)}`, { cause: error });
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
