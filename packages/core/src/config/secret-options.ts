import { parseRemoteUrl, printRemoteUrl } from '@datapin/storage';

import type { ConfigValue } from '../formats/config-value.ts';
import type { SettingName } from './config-name.ts';

/** Options of DVC's remotes that are secrets, or are half of one. */
const secretOptions = new Set([
  'password',
  'passphrase',
  'token',
  'access_key_id',
  'secret_access_key',
  'session_token',
  'sse_customer_key',
  'connection_string',
  'sas_token',
  'account_key',
  'client_secret',
  'gdrive_client_secret',
  'oss_key_id',
  'oss_key_secret',
]);

/** Words in the names of options of other storages that tell of a secret. */
const secretWords = /password|passphrase|secret|token|credential|private|(?:^|_)key$/u;

/** Options of DVC with such a word that are none: they name a file or a command. */
const harmlessOptions = new Set([
  'bearer_token_command',
  'gdrive_user_credentials_file',
  'credentialpath',
  'ask_password',
  'ask_passphrase',
  'ssh_private',
]);

/** Whether the setting must not stand in a file that git tracks, and must not be shown. */
export function isSecretSetting({ section, option }: SettingName): boolean {
  if (section.kind === undefined && section.name !== 'studio') {
    return false;
  }
  return secretOptions.has(option) || (secretWords.test(option) && !harmlessOptions.has(option) && !option.startsWith('exclude_'));
}

/** Whether the value is an address with a password in it. */
export function holdsPassword(value: ConfigValue): boolean {
  return typeof value === 'string' && /^[a-z][a-z0-9+.-]*:\/\/[^/@]*:[^/]*@/iu.test(value);
}

/** Whether the value is an address with a query or a fragment, where signatures and tokens stand. */
function holdsQuery(value: string): boolean {
  return /^(?!file:)[a-z][a-z0-9+.-]*:\/\/[^?#]*[?#]/iu.test(value);
}

/** The value as it may be shown: `***` for a secret, the password in an address and what its query sets hidden. */
export function showConfigValue(setting: SettingName, value: ConfigValue): string {
  if (isSecretSetting(setting)) {
    return '***';
  }
  const text = typeof value === 'string' ? value : value.join(', ');
  return holdsPassword(text) || holdsQuery(text) ? printRemoteUrl(parseRemoteUrl(text)) : text;
}
