import { type NetworkHints, networkFailure, StorageError } from '@datapin/storage';

const hints: NetworkHints = {
  unreachable: 'Is the server running? Check endpointurl.',
  untrusted: 'Name the PEM file of the authority that signed its certificate in ssl_verify.',
  refused: 'It may want a client certificate, and an S3 remote has none to show.',
  noTls: 'Does the address take https? See use_ssl and the scheme of endpointurl.',
};

/** A failure between here and the store, classified; also undici's, that the body is not as long as its `Content-Length`. */
export function networkError(origin: string, error: unknown): StorageError {
  if (error instanceof Error && 'code' in error && error.code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH')
    return new StorageError('invalid-request', 'the source does not have the size it promised', { cause: error });
  return networkFailure(error, {
    origin,
    hints: /\.amazonaws\.com(?:\.cn)?$/u.test(origin) ? { ...hints, unreachable: 'Is this machine online?' } : hints,
  });
}
