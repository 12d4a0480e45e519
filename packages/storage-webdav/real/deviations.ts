import type { Conformance } from '@datapin/storage-testkit';

/** The servers that the plugin is tried on. */
export type ServerName = 'apache' | 'nginx' | 'wsgidav' | 'rclone';

const lostInMove =
  'it decodes the new name of a renamed file before it takes it apart, so ? and ; end it, and control characters vanish (hashes have none of them)';

/** How each server lets the plugin keep the storage contract. */
export const conformances: Readonly<Record<ServerName, Conformance>> = {
  apache: { http: true },
  nginx: {
    http: true,
    deviations: { 'keys/dots': 'its dav-ext module leaves files whose name begins with a dot out of listings' },
  },
  wsgidav: {
    http: true,
    deviations: {
      'prefixes/wildcards': lostInMove,
      'keys/question-mark': lostInMove,
      'keys/ampersand': lostInMove,
      'keys/tabs': lostInMove,
      'keys/line-breaks': lostInMove,
      'concurrency/same-key': {
        reason: 'of two files that are renamed to the same name at the same moment it may fail one with 500, which passes',
        sometimes: true,
      },
      'removing/at-once': {
        reason: 'asked for a file that another request is removing at that moment, it may answer 500, which passes',
        sometimes: true,
      },
    },
  },
  rclone: {
    http: true,
    deviations: { 'keys/two-normal-forms': 'it takes two Unicode forms of a name for one' },
  },
};
