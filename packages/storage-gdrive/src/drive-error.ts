import { parseRetryAfter, StorageError, type StorageErrorCode, type StorageErrorOptions } from '@datapin/storage';

import type { HttpAnswer } from './http-client.ts';

/**
 * What Drive's reasons mean; the status decides for all others. 403 alone says nothing: it stands for too fast, too much and not allowed
 * alike (https://developers.google.com/workspace/drive/api/guides/handle-errors).
 */
const codes: Readonly<Record<string, StorageErrorCode>> = {
  userRateLimitExceeded: 'rate-limited',
  rateLimitExceeded: 'rate-limited',
  sharingRateLimitExceeded: 'rate-limited',
  RESOURCE_EXHAUSTED: 'rate-limited',
  dailyLimitExceeded: 'quota-exceeded',
  quotaExceeded: 'quota-exceeded',
  downloadQuotaExceeded: 'quota-exceeded',
  uploadQuotaExceeded: 'quota-exceeded',
  storageQuotaExceeded: 'quota-exceeded',
  teamDriveFileLimitExceeded: 'quota-exceeded',
  teamDriveHierarchyTooDeep: 'quota-exceeded',
  numChildrenInNonRootLimitExceeded: 'quota-exceeded',
  activeItemCreationLimitExceeded: 'quota-exceeded',
  authError: 'unauthenticated',
  required: 'unauthenticated',
  insufficientFilePermissions: 'forbidden',
  insufficientPermissions: 'forbidden',
  cannotDownloadAbusiveFile: 'forbidden',
  fileNotDownloadable: 'unsupported',
  backendError: 'unavailable',
  internalError: 'unavailable',
  transientError: 'unavailable',
};

const hints: Readonly<Record<string, string>> = {
  dailyLimitExceeded: "The Google Cloud project's limit for a day is used up. Try tomorrow, or use another project.",
  downloadQuotaExceeded: 'Google lets a file be downloaded only so often. Try again in a day.',
  storageQuotaExceeded: 'The account that owns the files is full. Make room, or use a folder of a shared drive.',
  teamDriveFileLimitExceeded: 'The shared drive holds as many files as Google allows. Use another one.',
  numChildrenInNonRootLimitExceeded: 'The folder holds as many files as Google allows. Use another one.',
  activeItemCreationLimitExceeded: 'The account has created as many files as Google allows. Use another one.',
  insufficientFilePermissions:
    'The account may not do this there. To write it must be an editor of the folder; in a shared drive, to delete it must be a manager, to use the trash (gdrive_trash_only = true) a content manager.',
  insufficientPermissions:
    'The credentials were given too few rights. They need the scope https://www.googleapis.com/auth/drive: `datapin remote setup gdrive` asks for it.',
  cannotDownloadAbusiveFile: 'Google takes the file for malware. If it is not: gdrive_acknowledge_abuse = true.',
  accessNotConfigured:
    'Enable the Google Drive API for the Google Cloud project that the credentials are of: https://console.cloud.google.com/apis/library/drive.googleapis.com',
  authError: 'The access token is not valid any more. `datapin remote setup gdrive` gets a new one.',
};

const serviceAccountQuotaHint =
  'A service account has no storage of its own. Put the remote in a folder of a shared drive, or let the account act for a user (gdrive_service_account_user_email).';

/** What Drive says about a failure. */
export interface DriveFailure {
  readonly status: number;
  /** Drive's word, `userRateLimitExceeded`; absent when the answer had none. */
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly retryAfterMs: number | undefined;
}

/** A failure of Drive that keeps its reason. */
export class DriveError extends StorageError {
  readonly reason: string | undefined;

  constructor(code: StorageErrorCode, message: string, options: StorageErrorOptions & { readonly reason: string | undefined }) {
    super(code, message, options);
    this.reason = options.reason;
  }
}

/** Reads a failure from an answer and its body. */
export function driveFailure({ status, headers }: Pick<HttpAnswer, 'status' | 'headers'>, body: string): DriveFailure {
  const error = member(parsed(body), 'error');
  const first = at(member(error, 'errors'), 0);
  const details = member(error, 'details');
  const detailed = Array.isArray(details)
    ? details.map((detail) => text(member(detail, 'reason'))).find((word) => word !== undefined)
    : undefined;
  return {
    status,
    reason: text(member(first, 'reason')) ?? detailed ?? text(member(error, 'status')),
    message: text(member(error, 'message')) ?? text(member(first, 'message')),
    retryAfterMs: parseRetryAfter(headers['retry-after']),
  };
}

/** The error for a failure. */
export function driveError(failure: DriveFailure): DriveError {
  const { status, reason, message, retryAfterMs } = failure;
  const hint = reason === undefined ? undefined : hintFor(reason, message);
  const said = message === undefined ? `status ${status}` : `${message}${reason === undefined ? '' : ` (${reason})`}`;
  return new DriveError((reason === undefined ? undefined : codes[reason]) ?? codeOfStatus(status), `Google Drive: ${said}`, {
    status,
    reason,
    ...(hint === undefined ? {} : { hint }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function hintFor(reason: string, message: string | undefined): string | undefined {
  return reason === 'storageQuotaExceeded' && /service account/iu.test(message ?? '') ? serviceAccountQuotaHint : hints[reason];
}

function codeOfStatus(status: number): StorageErrorCode {
  if (status === 401) return 'unauthenticated';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  if (status === 408) return 'timeout';
  if (status === 425) return 'unavailable';
  if (status === 423) return 'unavailable';
  if (status === 429) return 'rate-limited';
  if (status === 501) return 'unsupported';
  if (status === 504) return 'timeout';
  if (status === 507) return 'quota-exceeded';
  return status >= 500 ? 'unavailable' : 'invalid-request';
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;
}

function at(value: unknown, index: number): unknown {
  return Array.isArray(value) ? value[index] : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
