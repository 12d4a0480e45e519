import { type RemoteUrl, StorageError } from '@datapin/storage';
import { quoteKey, requote, type UrlPart, withoutDotSegments } from './url-quoting.ts';

/** Where a remote's objects are. */
export interface RemoteAddress {
  /** `https://host[:port]` */
  readonly origin: string;
  /** User and password of the URL itself, decoded. */
  readonly user: { readonly name: string; readonly password: string } | undefined;
  /** Path and query of the request for a key. The empty key is the URL itself. Throws `invalid-request` for a key that no request can carry. */
  targetOf(key: string): string;
}

/**
 * The address that a URL means to DVC: `/` and the key are put at its very end, behind a query as well, and all of it is escaped where it has to be.
 * Throws `invalid-request` for one that cannot be requested.
 */
export function remoteAddress({ scheme, authority, path }: RemoteUrl): RemoteAddress {
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const address = `${scheme}://${host}`;
  if (!/^[^\s/?#\\]+$/u.test(host) || !URL.canParse(address)) {
    throw new StorageError('invalid-request', 'the URL names no host that can be asked', { hint: 'Write it as https://host[:port]/path.' });
  }
  if (path.includes('#')) {
    throw new StorageError('invalid-request', 'the URL has a # in it, and what comes after one never reaches a server', {
      hint: 'Write %23 for a # in the path.',
    });
  }
  const { itself, above, part } = requestTargets(path);
  return {
    origin: new URL(address).origin,
    user: userOf(authority.slice(0, Math.max(0, at))),
    targetOf: (key) => (key === '' ? itself : `${above}${quoteKey(checked(key), part)}`),
  };
}

interface RequestTargets {
  /** The URL's own path and query. */
  readonly itself: string;
  /** What comes before a key, and which part of the URL keys are then in. */
  readonly above: string;
  readonly part: UrlPart;
}

function requestTargets(written: string): RequestTargets {
  const mark = written.indexOf('?');
  const path = withoutDotSegments(requote((mark === -1 ? written : written.slice(0, mark)) || '/', 'path'));
  if (mark === -1) return { itself: path, above: path.endsWith('/') ? path : `${path}/`, part: 'path' };
  const query = requote(written.slice(mark + 1), 'query');
  return {
    itself: query === '' ? path : `${path}?${query}`,
    above: `${path}?${query}${written.endsWith('/') ? '' : '/'}`,
    part: 'query',
  };
}

function checked(key: string): string {
  if (!key.isWellFormed()) throw new StorageError('invalid-request', `the key ${JSON.stringify(key)} is not valid Unicode`);
  if (/(?:^|\/)\.{1,2}(?:\/|$)/u.test(key)) {
    throw new StorageError('invalid-request', `the key ${JSON.stringify(key)} has a segment that every server would resolve`);
  }
  return key;
}

function userOf(userinfo: string): RemoteAddress['user'] {
  if (userinfo === '') return undefined;
  const colon = userinfo.indexOf(':');
  return {
    name: decoded(colon === -1 ? userinfo : userinfo.slice(0, colon)),
    password: colon === -1 ? '' : decoded(userinfo.slice(colon + 1)),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
