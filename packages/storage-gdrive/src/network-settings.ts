import type { NetworkSettings } from './http-client.ts';

/** Proxies as the environment names them (the lower-case name wins, as everywhere), and the authorities that DVC's HTTP library trusts here. */
export function networkOf(env: Readonly<Record<string, string | undefined>>): NetworkSettings {
  const read = (name: string): string | undefined => env[name] || env[name.toUpperCase()] || undefined;
  return {
    http: read('http_proxy'),
    https: read('https_proxy'),
    no: read('no_proxy'),
    authorityFile: env['HTTPLIB2_CA_CERTS'] || undefined,
  };
}
