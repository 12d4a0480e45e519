import type { Conformance } from '@datapin/storage-testkit';

/** The servers that the plugin is tried on. */
export type ServerName = 'apache' | 'nginx' | 'wsgidav' | 'rclone';

/** How each server lets the plugin keep the storage contract. */
export const conformances: Readonly<Record<ServerName, Conformance>> = {
  apache: { http: true, deviations: {} },
  nginx: { http: true, deviations: {} },
  wsgidav: { http: true, deviations: {} },
  rclone: { http: true, deviations: {} },
};
