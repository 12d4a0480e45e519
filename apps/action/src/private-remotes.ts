import type { Config, RemoteConfig } from '@datapin/core';

/**
 * Whether reading from any of the remotes that a run may use takes credentials. A remote counts as open to everybody only where that can be told from
 * its settings.
 */
export function needsCredentials({ remotes }: Config, named: string | undefined): boolean {
  const used = named === undefined ? [...remotes.values()] : [...remotes.values()].filter(({ name }) => name === named.toLowerCase());
  return used.some((remote) => !isOpen(remote));
}

function isOpen({ url, options }: RemoteConfig): boolean {
  const [, scheme = 'local'] = /^([a-z][a-z0-9+.-]+):\/\//iu.exec(url) ?? [];
  const isOn = (name: string): boolean => String(options.get(name)?.value ?? 'false').toLowerCase() === 'true';
  const hasAny = (...names: readonly string[]): boolean => names.some((name) => options.has(name));
  switch (scheme.toLowerCase()) {
    // a folder of the runner
    case 'local':
    case 'file':
      return true;
    case 's3':
    case 'azure':
      return isOn('allow_anonymous_login');
    case 'http':
    case 'https':
    case 'webdav':
    case 'webdavs':
      return (
        !url.includes('@') &&
        !hasAny('auth', 'user', 'password', 'ask_password', 'custom_auth_header', 'token', 'bearer_token_command', 'cert_path')
      );
    default:
      return false;
  }
}
