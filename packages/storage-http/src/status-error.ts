import type { IncomingHttpHeaders } from 'node:http';
import { parseRetryAfter, StorageError, type StorageErrorCode } from '@datapin/storage';
import type { Credentials } from './credentials.ts';

/** An answer that is no success. */
export interface Refusal {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** What was done: an upload that is answered by 404 found no place, not no object. */
  readonly upload: boolean;
  /** What it was about, without secrets: `https://host/path/key`. */
  readonly subject: string;
  readonly credentials: Credentials['origin'];
  /** The origin that a redirect led to, where no credentials went; absent without one. */
  readonly strangeOrigin?: string | undefined;
}

const codes: Readonly<Record<number, StorageErrorCode>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  407: 'forbidden',
  408: 'timeout',
  409: 'unavailable',
  423: 'unavailable',
  425: 'unavailable',
  429: 'rate-limited',
  501: 'unsupported',
  504: 'timeout',
  505: 'unsupported',
  507: 'quota-exceeded',
  509: 'rate-limited',
};

/** The error for an answer that is no success. The server's own words are left out: they are a page for a browser as a rule. */
export function statusError(refusal: Refusal): StorageError {
  const { status, headers, upload, subject } = refusal;
  const hint = hintFor(refusal);
  const wait = parseRetryAfter(headers['retry-after']);
  const options = { status, ...(hint === undefined ? {} : { hint }), ...(wait === undefined ? {} : { retryAfterMs: wait }) };
  if (status === 404 && !upload) return new StorageError('not-found', `${subject} is not there`, options);
  if (status === 404 || status === 405) {
    const code = status === 405 && upload ? 'unsupported' : 'invalid-request';
    return new StorageError(
      code,
      upload ? `nothing can be stored at ${subject} (status ${status})` : `${subject}: status ${status}`,
      options,
    );
  }
  return new StorageError(codes[status] ?? (status >= 500 ? 'unavailable' : 'invalid-request'), `${subject}: status ${status}`, options);
}

function hintFor({ status, upload, credentials, strangeOrigin }: Refusal): string | undefined {
  if ((status === 401 || status === 403) && strangeOrigin !== undefined) {
    return `The server redirects to ${strangeOrigin}, where the credentials of the remote are not sent. If that is where the data is, make it the URL of the remote.`;
  }
  if (status === 401 && credentials === 'nowhere')
    return 'No credentials were sent. Set auth to basic (with user and password) or to custom (with custom_auth_header).';
  if (status === 401 && credentials !== 'options')
    return `The user and password are those of the ${credentials === 'url' ? 'URL' : 'netrc file'}.`;
  if (status === 407) return 'The proxy wants credentials: put them into the proxy variable.';
  if (upload && [404, 405, 501].includes(status))
    return 'Servers differ in what they take: set method to PUT (or POST). Many servers of files take neither.';
  if (status === 413) return 'The server has a limit for the size of an upload.';
  return undefined;
}
