import { DatapinError, type ErrorCode } from '../errors.ts';
import type { WantedObject } from './wanted-object.ts';

/** A pinned file that could not be brought or stored: which, why, and where. */
export interface MissingObject {
  /** Path relative to the project root; of the output itself for its directory object. */
  readonly path: string;
  /** Hash value, `.dir` included; empty when nothing is pinned. */
  readonly hash: string;
  readonly remote: string | undefined;
  readonly reason: 'missing' | 'corrupt' | 'denied' | 'no-credentials' | 'failed' | 'unsupported';
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
}

/** Notes a failure that concerns one object. Errors that are not the user's go through. */
export function missingObject(wanted: WantedObject, remote: string | undefined, error: unknown): MissingObject {
  if (!(error instanceof DatapinError)) throw error;
  return {
    path: wanted.path,
    hash: wanted.id.value,
    remote,
    reason: reasonOf(error.code),
    code: error.code,
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
}

function reasonOf(code: ErrorCode): MissingObject['reason'] {
  switch (code) {
    case 'object-missing':
      return 'missing';
    case 'object-corrupt':
      return 'corrupt';
    case 'credentials-refused':
      return 'denied';
    case 'no-credentials':
      return 'no-credentials';
    case 'unsupported':
    case 'plugin-missing':
    case 'unsupported-scheme':
      return 'unsupported';
    default:
      return 'failed';
  }
}

/**
 * The same failures, told alike where they have the reason that all the others were given up for: what is wrong with the remote is one sentence, not
 * one for each object that was under way.
 */
export function toldAlike(failures: readonly MissingObject[], verdict: unknown): readonly MissingObject[] {
  if (!(verdict instanceof DatapinError)) return failures;
  const { code, message, hint } = verdict;
  return failures.map((failure) => (failure.code === code ? { ...failure, message, ...(hint === undefined ? {} : { hint }) } : failure));
}

/** Whether the next object would fail in the same way, so that asking for it only costs time. */
export function concernsWholeRemote(error: unknown): boolean {
  return (
    error instanceof DatapinError &&
    (error.code === 'no-credentials' || error.code === 'remote-unavailable' || error.code === 'remote-full')
  );
}

/** Whether a failure ends the command: the machine's own, or the user's wish. */
export function endsCommand(error: unknown): boolean {
  if (!(error instanceof DatapinError)) return true;
  return (
    error.code === 'disk-full' ||
    error.code === 'permission-denied' ||
    error.code === 'read-only' ||
    error.code === 'io-failed' ||
    error.code === 'cancelled'
  );
}
