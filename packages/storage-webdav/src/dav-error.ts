import type { IncomingHttpHeaders } from 'node:http';
import { parseRetryAfter, StorageError, type StorageErrorCode, type StorageErrorOptions } from '@datapin/storage';

/** An answer that is no success. */
export interface DavFailure {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body, maybe cut off. */
  readonly text: string;
}

/** Statuses of HTTP and WebDAV (RFC 4918 §11) whose class does not follow from their first digit. */
const codes: Readonly<Record<number, StorageErrorCode>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  405: 'unsupported',
  407: 'unauthenticated',
  408: 'timeout',
  410: 'not-found',
  423: 'unavailable',
  425: 'unavailable',
  429: 'rate-limited',
  501: 'unsupported',
  504: 'timeout',
  507: 'quota-exceeded',
  509: 'rate-limited',
};

const hints: Readonly<Record<number, string>> = {
  401: 'Check user and password, or the token. Servers with two-factor sign-in (Nextcloud for one) want an app password.',
  405: 'Is the URL that of a WebDAV collection? Nextcloud has it under /remote.php/dav/files/<user>/.',
  407: 'The proxy of the environment (https_proxy) wants credentials: https_proxy=http://user:password@host:port.',
  413: "The server takes no object of that size. Raise its limit for a request's body.",
  507: 'Free space on the server, or raise the quota.',
};

/** The error for an answer. `subject` is what it was about; the server's own words are added when it has some. */
export function failureError({ status, headers, text }: DavFailure, subject: string): StorageError {
  const retryAfterMs = parseRetryAfter(headers['retry-after']);
  const hint = hints[status];
  const options: StorageErrorOptions = {
    status,
    ...(hint === undefined ? {} : { hint }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  const code = codes[status] ?? (status >= 500 ? 'unavailable' : 'invalid-request');
  const said = messageOf(text);
  return new StorageError(code, `${subject}: ${meaning(status)}${said === undefined ? '' : ` (${said})`}`, options);
}

function meaning(status: number): string {
  if (status === 404 || status === 410) return 'not there';
  if (status === 423) return 'locked (status 423)';
  return `status ${status}`;
}

/** What servers that speak in XML say to a human: sabre/dav (Nextcloud, ownCloud) in `s:message`, others as RFC 4918 §14.25 has it. */
function messageOf(text: string): string | undefined {
  const match = /<(?:[\w-]+:)?(?:message|responsedescription)(?:\s[^>]*)?>([^<]+)</u.exec(text);
  const message = match?.[1]?.replace(/\s+/gu, ' ').trim();
  return message === undefined || message === '' ? undefined : message.slice(0, 200);
}
