import { redactor, type RemoteUrl, type StoragePlugin } from '@datapin/storage';

import type { RemoteConfig } from '../config/config.ts';
import { isSecretSetting } from '../config/secret-options.ts';

/**
 * A function that takes the secrets of a remote out of a text: those among its options, the password and the query of its URL, also in the form that
 * basic authentication gives them. A plugin is to do so itself; this is for what a store repeats and a plugin passes on.
 */
export function secretsHider(
  { name, options }: RemoteConfig,
  plugin: Pick<StoragePlugin, 'options'>,
  url: RemoteUrl,
): (text: string) => string {
  const secrets = new Set<string>();
  const user = String(options.get('user')?.value ?? '');
  for (const [option, { value }] of options) {
    if (plugin.options[option]?.secret !== true && !isSecretSetting({ section: { kind: 'remote', name }, option })) continue;
    const secret = String(value);
    secrets.add(secret).add(`${user}:${secret}`);
  }
  const userinfo = url.authority.slice(0, Math.max(0, url.authority.lastIndexOf('@')));
  const password = userinfo.includes(':') ? userinfo.slice(userinfo.indexOf(':') + 1) : '';
  secrets.add(password).add(decoded(password)).add(decoded(userinfo));
  for (const setting of url.scheme === 's3' ? [] : url.path.split(/[?#]/u).slice(1).join('&').split('&')) {
    const value = setting.slice(setting.indexOf('=') + 1);
    secrets.add(value).add(decoded(value));
  }
  return redactor(secrets);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
