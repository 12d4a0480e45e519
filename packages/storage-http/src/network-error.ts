import { type NetworkHints, networkFailure, type StorageError } from '@datapin/storage';

const hints: NetworkHints = {
  unreachable: 'Is the server running? Check the URL of the remote.',
  untrusted: 'Name the PEM file of the authority that signed its certificate in ssl_verify.',
  refused: 'It may want a client certificate, and an HTTP remote has none to show.',
  noTls: 'Does the address take https? See the scheme of the URL.',
};

/** A failure between here and the server, classified. */
export function networkError(origin: string, error: unknown): StorageError {
  return networkFailure(error, { origin, hints });
}
