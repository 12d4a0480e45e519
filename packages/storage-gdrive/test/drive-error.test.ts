import { isRetryable } from '@datapin/storage';
import { expect, test } from 'vitest';

import { driveError, driveFailure } from '../src/drive-error.ts';

const serviceAccountMessage = 'Service Accounts do not have storage quota. Leverage shared drives, or use OAuth delegation instead.';

function errorFor(
  status: number,
  reason?: string,
  message = 'because',
  headers: Readonly<Record<string, string>> = {},
): ReturnType<typeof driveError> {
  const body =
    reason === undefined ? '' : JSON.stringify({ error: { code: status, message, errors: [{ domain: 'global', reason, message }] } });
  return driveError(driveFailure({ status, headers }, body));
}

test.each([
  [403, 'userRateLimitExceeded', 'rate-limited'],
  [403, 'rateLimitExceeded', 'rate-limited'],
  [403, 'sharingRateLimitExceeded', 'rate-limited'],
  [429, 'rateLimitExceeded', 'rate-limited'],
  [403, 'dailyLimitExceeded', 'quota-exceeded'],
  [403, 'downloadQuotaExceeded', 'quota-exceeded'],
  [403, 'storageQuotaExceeded', 'quota-exceeded'],
  [403, 'teamDriveFileLimitExceeded', 'quota-exceeded'],
  [403, 'insufficientFilePermissions', 'forbidden'],
  [403, 'cannotDownloadAbusiveFile', 'forbidden'],
  [403, 'accessNotConfigured', 'forbidden'],
  [403, 'fileNotDownloadable', 'unsupported'],
  [401, 'authError', 'unauthenticated'],
  [404, 'notFound', 'not-found'],
  [500, 'internalError', 'unavailable'],
  [503, 'backendError', 'unavailable'],
  [400, 'invalid', 'invalid-request'],
] as const)('%i %s is %s', (status, reason, code) => {
  const error = errorFor(status, reason);
  expect(error).toMatchObject({ code, status, reason });
  expect(error.message).toContain(reason);
});

test.each([
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [429, 'rate-limited'],
  [502, 'unavailable'],
  [504, 'timeout'],
] as const)('%i without a reason is %s', (status, code) => {
  expect(errorFor(status).code).toBe(code);
});

test('what Drive does not let pass by waiting is not worth a retry', () => {
  for (const reason of ['dailyLimitExceeded', 'downloadQuotaExceeded', 'storageQuotaExceeded'])
    expect(isRetryable(errorFor(403, reason))).toBe(false);
  expect(isRetryable(errorFor(403, 'userRateLimitExceeded'))).toBe(true);
});

test('a service account without storage is told of shared drives and delegation', () => {
  expect(errorFor(403, 'storageQuotaExceeded', serviceAccountMessage).hint).toMatch(/shared drive.*gdrive_service_account_user_email/u);
});

test('an API that is not enabled is told where to enable it', () => {
  expect(errorFor(403, 'accessNotConfigured').hint).toContain('console.cloud.google.com');
});

test('the time to wait is passed on', () => {
  expect(errorFor(429, 'rateLimitExceeded', 'slow', { 'retry-after': '7' }).retryAfterMs).toBe(7000);
});
