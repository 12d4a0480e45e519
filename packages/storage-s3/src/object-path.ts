import { StorageError } from '@datapin/storage';

/**
 * A key as it goes into a request path: every byte but the unreserved ones of RFC 3986 percent-encoded, `/` kept.
 * S3 signs exactly these bytes (no second encoding, no normalisation of `.` and `//`).
 * Throws `invalid-request` for text that has no UTF-8 form.
 */
export function encodeKey(key: string): string {
  if (plain.test(key)) return key;
  return key.split('/').map(encodeComponent).join('/');
}

/** One part of a query or path, percent-encoded as RFC 3986 says (`encodeURIComponent` leaves `!'()*` alone). */
export function encodeComponent(text: string): string {
  try {
    return encodeURIComponent(text).replace(/[!'()*]/gu, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  } catch (cause) {
    throw new StorageError('invalid-request', `the key ${JSON.stringify(text)} is not valid Unicode`, { cause });
  }
}

const plain = /^[A-Za-z0-9\-._~/]*$/u;

/** What `encoding-type=url` of a listing makes of a key, undone: `+` is a space there. */
export function decodeListedKey(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    throw new StorageError('invalid-request', `the store lists a key that is not valid Unicode: ${text}`, { cause });
  }
}
