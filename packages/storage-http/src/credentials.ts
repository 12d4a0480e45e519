import { type OptionValue, StorageError, type StorageHost } from '@datapin/storage';
import { netrcLogin } from './netrc.ts';
import type { RemoteAddress } from './remote-address.ts';

/** Headers that say who asks. They go to the origin of the remote's URL and nowhere else. */
export interface Credentials {
  /** Names in lower case. Empty for none. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where they come from, for messages. */
  readonly origin: 'options' | 'url' | 'netrc' | 'nowhere';
}

/**
 * What authenticates the requests of a remote, as in DVC: `auth` with its options, else user and password of the URL, else the host's entry in `~/.netrc`.
 * Throws `unauthenticated` when `auth` lacks what it needs, `invalid-request` for what no header can carry, `unsupported` for digest.
 */
export function credentialsOf(
  options: Readonly<Record<string, OptionValue>>,
  address: RemoteAddress,
  env: StorageHost['env'],
): Credentials {
  const auth = options['auth'];
  const text = (name: string): string | undefined => (options[name] === undefined ? undefined : String(options[name]));
  if (auth === 'basic') {
    const { user, password } = needed(text, 'basic', ['user', 'password']);
    return { headers: { authorization: basic(user, password) }, origin: 'options' };
  }
  if (auth === 'custom') {
    const { custom_auth_header: name, password } = needed(text, 'custom', ['custom_auth_header', 'password']);
    return { headers: customHeader(name, password), origin: 'options' };
  }
  if (auth === 'digest') {
    throw new StorageError('unsupported', 'digest authentication is not supported (nor does DVC have it)', {
      hint: 'Set auth to basic, or to custom with custom_auth_header.',
    });
  }
  if (address.user !== undefined) return { headers: { authorization: basic(address.user.name, address.user.password) }, origin: 'url' };
  const login = netrcLogin(address.origin, env);
  if (login !== undefined) return { headers: { authorization: basic(login.user, login.password) }, origin: 'netrc' };
  return { headers: {}, origin: 'nowhere' };
}

function needed<Name extends string>(
  text: (name: string) => string | undefined,
  auth: string,
  names: readonly [Name, 'password'],
): Record<Name | 'password', string> {
  const [first] = names;
  const values = { [first]: text(first), password: text('password') };
  const missing = names.filter((name) => values[name] === undefined);
  if (missing.length > 0) {
    throw new StorageError('unauthenticated', `auth = ${auth} needs ${names.join(' and ')}, but ${missing.join(' and ')} is not set`, {
      hint: 'A password belongs into the local configuration (`datapin remote modify --local`), which git does not track; nothing asks for it.',
    });
  }
  return values as Record<Name | 'password', string>;
}

/** RFC 7617. The bytes are Latin-1, as DVC sends them, where the text has such a form. */
function basic(user: string, password: string): string {
  if (user.includes(':')) throw new StorageError('invalid-request', 'a user with a : in it cannot be sent by basic authentication');
  const pair = `${user}:${password}`;
  // oxlint-disable-next-line no-control-regex -- all of Latin-1 is meant
  const isLatin1 = /^[\u0000-\u00ff]*$/u.test(pair);
  return `Basic ${Buffer.from(pair, isLatin1 ? 'latin1' : 'utf8').toString('base64')}`;
}

/** Headers that say how a request travels, not who makes it. */
const travel = /^(?:host|connection|content-.*|transfer-encoding|te|trailer|expect|upgrade|keep-alive|range|accept-encoding|proxy-.*)$/iu;

function customHeader(name: string, value: string): Record<string, string> {
  if (travel.test(name) || !/^[\w!#$%&'*+.^`|~-]+$/u.test(name)) {
    throw new StorageError('invalid-request', `${JSON.stringify(name)} cannot be the name of a header`, {
      hint: 'See custom_auth_header.',
    });
  }
  if (!/^[\t\u0020-\u007e\u0080-\u00ff]*$/u.test(value)) {
    throw new StorageError('invalid-request', 'the password has characters that no header can carry');
  }
  return { [name.toLowerCase()]: value };
}
