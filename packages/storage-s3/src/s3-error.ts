import type { IncomingHttpHeaders } from 'node:http';
import { parseRetryAfter, StorageError, type StorageErrorCode, type StorageErrorOptions } from '@datapin/storage';

import { elementText } from './xml-text.ts';

/** What S3 says about a failure: the XML `<Error>` of an answer, with what its headers add. */
export interface S3Failure {
  readonly status: number;
  /** S3's word, `NoSuchKey`; absent when the answer had no such body. */
  readonly code: string | undefined;
  readonly message: string | undefined;
  /** The region that the bucket is in, when the answer tells. */
  readonly region: string | undefined;
  /** The answer's own clock. */
  readonly date: Date | undefined;
  readonly retryAfterMs: number | undefined;
  readonly deleteMarker: boolean;
  /** Whether there was a body that is not S3's. */
  readonly foreignBody: boolean;
}

/** Reads a failure from an answer. `body` may be cut off. */
export function parseFailure(status: number, headers: IncomingHttpHeaders, body: string): S3Failure {
  const code = element(body, 'Code');
  const message = element(body, 'Message');
  const expected = /expecting '([\w.-]+)'/u.exec(message ?? '')?.[1];
  const date = Date.parse(headers.date ?? '');
  return {
    status,
    code,
    message,
    region: header(headers, 'x-amz-bucket-region') ?? element(body, 'Region') ?? expected,
    date: Number.isNaN(date) ? undefined : new Date(date),
    retryAfterMs: parseRetryAfter(header(headers, 'retry-after')),
    deleteMarker: header(headers, 'x-amz-delete-marker') === 'true',
    foreignBody: code === undefined && body.trim() !== '',
  };
}

/** Codes of S3 and of the stores that follow it; the status decides for all others. */
const codes: Readonly<Record<string, StorageErrorCode>> = {
  NoSuchKey: 'not-found',
  NoSuchVersion: 'not-found',
  NoSuchUpload: 'interrupted',
  NoSuchBucket: 'invalid-request',
  AccessDenied: 'forbidden',
  AllAccessDisabled: 'forbidden',
  AccountProblem: 'forbidden',
  InvalidObjectState: 'invalid-request',
  InvalidAccessKeyId: 'unauthenticated',
  // versitygw's, with status 404
  XAdminUserNotFound: 'unauthenticated',
  SignatureDoesNotMatch: 'unauthenticated',
  ExpiredToken: 'unauthenticated',
  InvalidToken: 'unauthenticated',
  TokenRefreshRequired: 'unauthenticated',
  AuthFailure: 'unauthenticated',
  InvalidSecurity: 'unauthenticated',
  NotSignedUp: 'unauthenticated',
  RequestTimeTooSkewed: 'invalid-request',
  SlowDown: 'rate-limited',
  SlowDownRead: 'rate-limited',
  SlowDownWrite: 'rate-limited',
  Throttling: 'rate-limited',
  ThrottlingException: 'rate-limited',
  RequestLimitExceeded: 'rate-limited',
  RequestThrottled: 'rate-limited',
  TooManyRequests: 'rate-limited',
  BandwidthLimitExceeded: 'rate-limited',
  InternalError: 'unavailable',
  ServiceUnavailable: 'unavailable',
  OperationAborted: 'unavailable',
  RequestTimeout: 'timeout',
  IncompleteBody: 'interrupted',
  QuotaExceeded: 'quota-exceeded',
  XMinioStorageFull: 'quota-exceeded',
  XMinioAdminBucketQuotaExceeded: 'quota-exceeded',
  InsufficientStorage: 'quota-exceeded',
  EntityTooLarge: 'invalid-request',
  NotImplemented: 'unsupported',
};

const hints: Readonly<Record<string, string>> = {
  NoSuchBucket: 'Check the bucket in the URL of the remote, and its endpoint.',
  PermanentRedirect: "Leave endpointurl out, or name the endpoint of the bucket's own region.",
  AccessDenied: 'Without the permission s3:ListBucket, S3 says this also for objects that do not exist.',
  InvalidObjectState: 'The object is archived. Restore it first.',
  InvalidAccessKeyId: 'The access key is not known there.',
  XAdminUserNotFound: 'The access key is not known there.',
  SignatureDoesNotMatch: 'The secret key does not belong to the access key.',
  ExpiredToken: 'Get new temporary credentials.',
  RequestTimeTooSkewed: "Set this machine's clock.",
};

/** The error for a failure. `subject` is what it was about: `s3://models/data/ab` or `bucket models`. */
export function failureError(failure: S3Failure, subject: string): StorageError {
  const { status, code, message, retryAfterMs } = failure;
  const hint = code === undefined ? (status === 403 ? hints['AccessDenied'] : undefined) : hints[code];
  const options: StorageErrorOptions = {
    status,
    ...(hint === undefined ? {} : { hint }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  if (failure.deleteMarker && (status === 404 || status === 405)) return new StorageError('not-found', `${subject} was deleted`, options);
  if (failure.foreignBody && status >= 300 && status < 500 && status !== 429) {
    return new StorageError('invalid-request', `the answer about ${subject} is not S3's (status ${status})`, {
      status,
      hint: 'Check the endpoint of the remote.',
    });
  }
  if (status === 404 && code === undefined) return new StorageError('not-found', `${subject} is not there`, options);
  const said = message === undefined ? `status ${status}` : `${code ?? status}: ${message}`;
  return new StorageError((code === undefined ? undefined : codes[code]) ?? codeOfStatus(status), `${subject}: ${said}`, options);
}

function codeOfStatus(status: number): StorageErrorCode {
  if (status === 401) return 'unauthenticated';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  if (status === 408) return 'timeout';
  if (status === 423 || status === 425) return 'unavailable';
  if (status === 429) return 'rate-limited';
  if (status === 501) return 'unsupported';
  if (status === 507) return 'quota-exceeded';
  return status >= 500 ? 'unavailable' : 'invalid-request';
}

function element(xml: string, name: string): string | undefined {
  return elementText(xml, name) || undefined;
}

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
