/**
 * A remote's address, split but never rewritten: WHATWG `URL` would encode, decode and normalise what is a key prefix here.
 * `s3://bucket/a b/%20` has scheme `s3`, authority `bucket`, path `/a b/%20`. A folder has scheme `local` and its path.
 */
export interface RemoteUrl {
  /** Lower case, without `:`. `local` for a path or a `file:` URL. */
  readonly scheme: string;
  /** Between `//` and the next `/`; empty for `local`. May hold `user@` or `user:password@`. */
  readonly authority: string;
  /** From the first `/` after the authority on, as written; may be empty. */
  readonly path: string;
}

const urlPattern = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/]*)(\/.*)?$/su;

/** Splits a remote's `url` as written in the configuration. Anything without `scheme://` is a local path (DVC does the same). */
export function parseRemoteUrl(text: string): RemoteUrl {
  const match = urlPattern.exec(text);
  if (match === null) return { scheme: 'local', authority: '', path: text };
  const [, scheme = '', authority = '', path = ''] = match;
  if (scheme.toLowerCase() === 'file') return { scheme: 'local', authority: '', path };
  return { scheme: scheme.toLowerCase(), authority, path };
}

/** The address as text, with a password in it, and what a query sets, replaced by `***`. Safe to print. */
export function printRemoteUrl(url: RemoteUrl): string {
  if (url.scheme === 'local') return url.path;
  const at = url.authority.lastIndexOf('@');
  const user = at === -1 ? '' : url.authority.slice(0, at);
  const host = at === -1 ? url.authority : url.authority.slice(at + 1);
  const colon = user.indexOf(':');
  const shown = colon === -1 ? user : `${user.slice(0, colon)}:***`;
  return `${url.scheme}://${user === '' ? '' : `${shown}@`}${host}${withoutQueryValues(url.path, url.scheme)}`;
}

/** Signatures and tokens stand in queries. In `s3:` a `?` is a part of the key; what a web address has behind a `#` is of no use to anybody. */
function withoutQueryValues(path: string, scheme: string): string {
  const whole = isWeb(scheme) ? path.replace(/#.*/su, '#***') : path;
  const mark = whole.indexOf('?');
  if (mark === -1 || scheme === 's3') return whole;
  const settings = whole.slice(mark + 1).split('&');
  return `${whole.slice(0, mark)}?${settings.map((setting) => (setting.includes('=') ? setting.replace(/=.*/su, '=***') : '***')).join('&')}`;
}

function isWeb(scheme: string): boolean {
  return /^(?:http|webdav)s?$/u.test(scheme);
}

/** The part of the path that keys are put below: without leading and trailing `/`. Empty for a remote at the root. */
export function keyPrefixOf(url: RemoteUrl): string {
  return url.path.replace(/^\/+/u, '').replace(/\/+$/u, '');
}
