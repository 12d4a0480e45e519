import { type NetworkHints, networkFailure, type StorageError } from '@datapin/storage';

const hints: NetworkHints = {
  unreachable: 'Is this machine online?',
  untrusted: 'Something between here and Google answers in its place. Name its authority in NODE_EXTRA_CA_CERTS if that is meant to be.',
  refused: 'Something between here and Google answers in its place: Google wants no client certificate.',
  noTls: 'Something between here and Google answers in its place, without https.',
};

/** A failure between here and Google, classified. */
export function networkError(origin: string, error: unknown): StorageError {
  return networkFailure(error, { origin, hints });
}
