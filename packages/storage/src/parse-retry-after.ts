/**
 * The header `Retry-After` in milliseconds from now, as `retryAfterMs` of a `StorageError` has it: seconds, or a date (RFC 9110 §10.2.3).
 * 0 for a date that is over; absent for anything else.
 */
export function parseRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/u.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
