import { StorageError } from '@datapin/storage';

/** An empty segment, `.` or `..` anywhere, or NUL: servers fold such paths into others, or leave the collection. */
const unusable = /(?:^|\/)\.{0,2}(?:\/|$)|\0/u;
const plain = /^[A-Za-z0-9\-._~/]*$/u;

/** No file system that a server keeps its files on takes a longer name, in bytes; how they refuse it differs. */
const longestName = 255;

/** Whether a key can be a resource below a collection. */
export function isUsableKey(key: string): boolean {
  return !unusable.test(key) && (key.length <= longestName / 3 || key.split('/').every((name) => Buffer.byteLength(name) <= longestName));
}

/**
 * Text as a part of a request path: every byte but the unreserved ones of RFC 3986 percent-encoded, `/` kept.
 * Throws `invalid-request` for text that has no UTF-8 form.
 */
export function encodePath(text: string): string {
  if (plain.test(text)) return text;
  try {
    return text.split('/').map(encodeSegment).join('/');
  } catch (cause) {
    throw new StorageError('invalid-request', `the key ${JSON.stringify(text)} is not valid Unicode`, { cause });
  }
}

function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(/[!'()*]/gu, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A percent-encoded path as text. What is no valid encoding stays as it is: not every server encodes a lone `%`. */
export function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path.replace(/(?:%[0-9a-f]{2})+/giu, (bytes) => {
      try {
        return decodeURIComponent(bytes);
      } catch {
        return bytes;
      }
    });
  }
}

/** The path of an `href` (RFC 4918 §8.3: a full URI or an absolute path), still percent-encoded. */
export function pathOfHref(href: string): string {
  const path = href.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/iu, '');
  return path === '' ? '/' : path;
}

/** The collection that holds a resource or a collection; absent for the root. */
export function parentOf(path: string): string | undefined {
  const end = path.endsWith('/') ? path.length - 1 : path.length;
  return end <= 0 ? undefined : path.slice(0, path.lastIndexOf('/', end - 1) + 1);
}
