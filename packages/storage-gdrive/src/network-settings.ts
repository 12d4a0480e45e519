import { proxySettings } from '@datapin/storage';

import type { NetworkSettings } from './http-client.ts';

/** The environment's proxies, and the authorities that DVC's HTTP library trusts here. */
export function networkOf(env: Readonly<Record<string, string | undefined>>): NetworkSettings {
  return { ...proxySettings(env), authorityFile: env['HTTPLIB2_CA_CERTS'] || undefined };
}
