import { readFileSync } from 'node:fs';
import { type OptionValue, type ProxySettings, proxySettings, type RemoteSpec, StorageError, type StorageHost } from '@datapin/storage';
import type { Credentials } from './credentials.ts';
import { splitCommand } from './split-command.ts';
import { decodePath, encodePath } from './resource-path.ts';

/** Everything about a remote that is known before the first request. */
export interface WebdavSettings {
  /** `https://host[:port]`. */
  readonly origin: string;
  /** Percent-encoded path of the remote's collection, without `/` at its end; empty at the root of the server. */
  readonly basePath: string;
  readonly credentials: Credentials;
  /** Texts that no message may hold. */
  readonly secrets: readonly string[];
  readonly connection: ConnectionSettings;
}

export interface ConnectionSettings {
  readonly verifyCertificate: boolean;
  /** PEM text of the authorities to trust instead of the usual ones. */
  readonly authorities: string | undefined;
  /** PEM texts of the client's own certificate and key. */
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  /** Longest silence of the server, connecting included. */
  readonly timeoutMs: number;
  /** Proxies by scheme and who is exempt, as in the environment. */
  readonly proxy: ProxySettings;
}

const schemes: Readonly<Record<string, string>> = { webdav: 'http', webdavs: 'https' };
/** As DVC's. */
const defaultTimeout = 30;
/** Characters of a header's name (RFC 9110 §5.6.2). */
const headerName = /^[\w!#$%&'*+.^`|~-]+$/u;

/** Settings of a remote from its URL and options. Rejects with `invalid-request` or `unauthenticated` what cannot work. */
export function resolveSettings(remote: RemoteSpec, host: StorageHost): WebdavSettings {
  const { origin, user, password } = addressOf(remote);
  const credentials = credentialsOf(remote, { user, password });
  return {
    origin,
    basePath: encodePath(decodePath(`/${remote.url.path}`.replace(/\/+/gu, '/').replace(/\/$/u, ''))),
    credentials,
    secrets: secretsOf(credentials),
    connection: connectionSettings(remote.options, host.env),
  };
}

interface Address {
  readonly origin: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
}

function addressOf({ url }: RemoteSpec): Address {
  const at = url.authority.lastIndexOf('@');
  const server = url.authority.slice(at + 1);
  const address = `${schemes[url.scheme] ?? url.scheme}://${server}`;
  if (server === '' || !URL.canParse(address) || new URL(address).pathname !== '/' || /[?#]/u.test(url.path)) {
    throw new StorageError('invalid-request', 'the URL is not an address like webdavs://host[:port]/path', {
      hint: 'Write a ? or # of the path as %3F or %23.',
    });
  }
  const [user = '', ...password] = at === -1 ? [] : url.authority.slice(0, at).split(':');
  return {
    origin: new URL(address).origin,
    user: user === '' ? undefined : decodePath(user),
    password: password.length === 0 ? undefined : decodePath(password.join(':')),
  };
}

/** DVC's order (`dvc_webdav`): a command's token wins over `token`, that over the user, that over a header of one's own. */
function credentialsOf(remote: RemoteSpec, fromUrl: Omit<Address, 'origin'>): Credentials {
  const text = (name: string): string | undefined => textOption(remote.options[name]);
  const command = text('bearer_token_command');
  if (command !== undefined) return commandCredentials(remote, command);
  const token = text('token');
  if (token !== undefined) return { kind: 'bearer', token: singleLine(token, 'token') };
  const user = text('user') ?? fromUrl.user;
  const header = text('custom_auth_header');
  if (user === undefined && header === undefined) return { kind: 'none' };
  const password = text('password') ?? fromUrl.password;
  if (password === undefined && remote.options['ask_password'] === true) {
    throw new StorageError('unauthenticated', 'the remote has ask_password = true and no password', {
      hint: `Nobody is asked here. Set it by \`datapin remote modify --local ${remote.name} password …\`.`,
    });
  }
  if (user !== undefined) return { kind: 'password', user, password: password ?? '' };
  if (header === undefined || !headerName.test(header)) {
    throw new StorageError('invalid-request', `custom_auth_header = ${JSON.stringify(header)} cannot be the name of a header`);
  }
  return { kind: 'header', name: header.toLowerCase(), value: singleLine(password ?? '', 'password') };
}

function commandCredentials(remote: RemoteSpec, command: string): Credentials {
  if (remote.tracked.has('bearer_token_command')) {
    throw new StorageError(
      'invalid-request',
      'bearer_token_command stands in a file that git tracks, and a repository must not run commands',
      {
        hint: `If you trust it: \`datapin remote modify --local ${remote.name} bearer_token_command …\`, and unset the tracked one.`,
      },
    );
  }
  const words = splitCommand(command);
  if (words === undefined || words.length === 0) {
    throw new StorageError('invalid-request', 'bearer_token_command is no command line: a quote is not closed, or it is empty');
  }
  return { kind: 'command', command: words, timeoutMs: timeoutOf(remote.options) };
}

function singleLine(value: string, option: string): string {
  if (/[\r\n\0]/u.test(value)) throw new StorageError('invalid-request', `the ${option} holds a line break, so it cannot go into a header`);
  return value;
}

function secretsOf(credentials: Credentials): readonly string[] {
  switch (credentials.kind) {
    case 'bearer':
      return [credentials.token];
    case 'password':
      return [credentials.password, `${credentials.user}:${credentials.password}`];
    case 'header':
      return [credentials.value];
    case 'command':
    case 'none':
      return [];
  }
}

function connectionSettings(options: RemoteSpec['options'], env: StorageHost['env']): ConnectionSettings {
  const verify = options['ssl_verify'];
  const certificate = textOption(options['cert_path']);
  const key = textOption(options['key_path']);
  if (key !== undefined && certificate === undefined) {
    throw new StorageError('invalid-request', 'key_path is the key of a certificate, and cert_path is missing');
  }
  const pem = certificate === undefined ? undefined : readPem(certificate, 'cert_path');
  return {
    verifyCertificate: verify !== false,
    authorities: typeof verify === 'string' && verify !== '' ? readPem(verify, 'ssl_verify') : undefined,
    certificate: pem,
    key: key === undefined ? pem : readPem(key, 'key_path'),
    timeoutMs: timeoutOf(options),
    proxy: proxySettings(env),
  };
}

function readPem(file: string, option: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new StorageError('invalid-request', `${file} cannot be read`, { cause, hint: `See ${option}.` });
  }
  if (text.includes('-----BEGIN ')) return text;
  throw new StorageError('invalid-request', `${file} is no PEM file`, { hint: `See ${option}.` });
}

function timeoutOf(options: RemoteSpec['options']): number {
  const value = options['timeout'];
  return (typeof value === 'number' && value > 0 ? value : defaultTimeout) * 1000;
}

function textOption(value: OptionValue | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : String(value);
}
