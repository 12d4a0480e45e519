import { type NetworkHints, networkFailure, type StorageError } from '@datapin/storage';

const hints: NetworkHints = {
  unreachable: 'Is the server running? Check the URL of the remote.',
  untrusted: 'Name the PEM file of the authority that signed its certificate in ssl_verify.',
  refused: 'See cert_path and key_path.',
  noTls: 'Does the address take https? webdavs:// speaks https, webdav:// plain http.',
};

/** A failure between here and the server, classified. */
export function networkError(origin: string, error: unknown): StorageError {
  return networkFailure(error, { origin, hints });
}
