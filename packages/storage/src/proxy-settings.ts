/** Proxies by the scheme of what is asked for, and who is exempt: as an environment names them, not checked. */
export interface ProxySettings {
  readonly http: string | undefined;
  readonly https: string | undefined;
  readonly no: string | undefined;
}

/**
 * The proxies of `http_proxy`, `https_proxy` and `no_proxy`. The lower-case name wins over the upper-case one, and an empty value is none.
 * Proxies may hold passwords: they are not for messages.
 */
export function proxySettings(env: Readonly<Record<string, string | undefined>>): ProxySettings {
  const read = (name: string): string | undefined => env[name] || env[name.toUpperCase()] || undefined;
  return { http: read('http_proxy'), https: read('https_proxy'), no: read('no_proxy') };
}
