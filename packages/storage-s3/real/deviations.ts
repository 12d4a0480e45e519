import type { Conformance } from '@datapin/storage-testkit';

/** How S3 keeps the storage contract, tried on versitygw. */
export const conformance: Conformance = {
  http: true,
  deviations: {
    'keys/empty-segments': 'versitygw keeps objects as files, where a//b is a/b; S3 itself keeps such keys apart',
    'keys/nul': 'versitygw calls it a failure of its own when its disk cannot have a name',
  },
};
