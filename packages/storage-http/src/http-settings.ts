import { readFileSync } from 'node:fs';
import { type OptionValue, type ProxySettings, proxySettings, type RemoteSpec, StorageError, type StorageHost } from '@datapin/storage';
import { type Credentials, credentialsOf } from './credentials.ts';
import { type RemoteAddress, remoteAddress } from './remote-address.ts';

/** Everything about a remote that is known before the first request. */
export interface HttpSettings {
  readonly address: RemoteAddress;
  readonly credentials: Credentials;
  readonly uploadMethod: 'POST' | 'PUT';
  readonly connection: ConnectionSettings;
}

export interface ConnectionSettings {
  readonly verifyCertificate: boolean;
  /** PEM text of authorities to trust besides the usual ones. */
  readonly authorities: string | undefined;
  /** 0 for no limit. */
  readonly connectTimeoutMs: number;
  /** Longest silence of the server; 0 for no limit. */
  readonly readTimeoutMs: number;
  /** Proxies by scheme and who is exempt, as in the environment. */
  readonly proxy: ProxySettings;
}

/** Settings of a remote from its options and the environment. Throws `invalid-request`, `unauthenticated` or `unsupported` for what cannot work. */
export function resolveSettings(remote: RemoteSpec, { env }: StorageHost): HttpSettings {
  const { options } = remote;
  const address = remoteAddress(remote.url);
  const verify = options['ssl_verify'];
  return {
    address,
    credentials: credentialsOf(options, address, env),
    uploadMethod: options['method'] === 'put' ? 'PUT' : 'POST',
    connection: {
      verifyCertificate: verify !== false,
      authorities: typeof verify === 'string' ? readAuthorities(verify) : undefined,
      connectTimeoutMs: milliseconds(options, 'connect_timeout'),
      readTimeoutMs: milliseconds(options, 'read_timeout'),
      proxy: proxySettings(env),
    },
  };
}

function readAuthorities(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new StorageError('invalid-request', `the certificate authorities in ${file} cannot be read`, { cause, hint: 'See ssl_verify.' });
  }
}

/** DVC's default is a minute for both. */
function milliseconds(options: Readonly<Record<string, OptionValue>>, name: string): number {
  const value = options[name];
  if (value === undefined) return 60_000;
  if (typeof value === 'number' && value >= 0) return Math.round(value * 1000);
  throw new StorageError('invalid-request', `${name} is a number of seconds, 0 or more`);
}
