import type { Conformance } from '@datapin/storage-testkit';

/** How a remote in Google Drive keeps the storage contract, tried on a strict stand-in for the service. */
export const conformance: Conformance = { http: true };

const noRanges = 'the mock answers a part with the whole, which is refused';

/** The same on google-drive-mock: what the mock cannot do, not the plugin. */
export const mockConformance: Conformance = {
  http: true,
  deviations: {
    'ranges/edges': noRanges,
    'ranges/leaving-early': noRanges,
    'ranges/of-big-object': noRanges,
    'ranges/random': noRanges,
    'ranges/whole': noRanges,
    'bodies/cut-part': noRanges,
    'bodies/range-on-the-wire': noRanges,
    'writing/any-chunks': 'the mock knows no resumable uploads, which one of these objects is large enough for',
  },
};
