import { DatapinError, type ErrorCode } from '@datapin/core';

import { UsageError } from './arguments/usage-error.ts';

/** DVC's exit codes; scripts and editors rely on them. */
export const exitCodes = {
  done: 0,
  /** The command failed for a reason it knows. */
  failed: 1,
  /** The reader of our output went away (128 + SIGPIPE). */
  brokenPipe: 141,
  /** A setting is wrong, or there are no credentials. */
  configuration: 251,
  interrupted: 252,
  notARepository: 253,
  usage: 254,
  /** A bug, or a failure that DVC lets through to the top: see {@link FailureCode}. */
  unexpected: 255,
} as const;

/** What a command answers to a failure without a code of its own: DVC catches it (1) or lets it through (255); its settings commands say 251. */
export type FailureCode = 1 | 251 | 255;

/** Codes that mean the same for every command. All others are the command's own {@link FailureCode}. */
const fixedCodes: Partial<Record<ErrorCode, number>> = {
  'not-a-repository': exitCodes.notARepository,
  'invalid-config': exitCodes.configuration,
  'config-conflict': exitCodes.configuration,
  'no-credentials': exitCodes.configuration,
  'credentials-moved': exitCodes.configuration,
  'misplaced-dvcignore': exitCodes.unexpected,
  // a failing system call is nothing that DVC catches
  'disk-full': exitCodes.unexpected,
  'permission-denied': exitCodes.unexpected,
  'read-only': exitCodes.unexpected,
  'io-failed': exitCodes.unexpected,
  'unsupported-scheme': exitCodes.unexpected,
  'plugin-missing': exitCodes.unexpected,
  'plugin-broken': exitCodes.unexpected,
  cancelled: exitCodes.interrupted,
};

/** The one switch from a thrown error to the process's exit code. */
export function exitCodeOf(error: unknown, failureCode: FailureCode, own: Partial<Record<ErrorCode, number>> = {}): number {
  if (error instanceof UsageError) return exitCodes.usage;
  if (!(error instanceof DatapinError)) return exitCodes.unexpected;
  return own[error.code] ?? fixedCodes[error.code] ?? failureCode;
}
