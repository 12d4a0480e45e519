import type { Conformance, Deviation } from '@datapin/storage-testkit';

/** Promises that a remote in Google Drive cannot keep, with the reasons: none, tried on a strict stand-in. */
export const deviations: Readonly<Record<string, Deviation>> = {};

const noRanges = 'the mock answers a part with the whole, which is refused';

/** The same on google-drive-mock: what the mock cannot do, not the plugin. */
export const mockDeviations: Readonly<Record<string, Deviation>> = {
  'ranges/edges': noRanges,
  'ranges/leaving-early': noRanges,
  'ranges/of-big-object': noRanges,
  'ranges/random': noRanges,
  'ranges/whole': noRanges,
  'bodies/cut-part': noRanges,
  'bodies/range-on-the-wire': noRanges,
  'writing/any-chunks': 'the mock knows no resumable uploads, which one of these objects is large enough for',
};

/** How a remote in Google Drive keeps the storage contract. */
export const conformance: Conformance = { http: true, deviations };

/** How it does on google-drive-mock. */
export const mockConformance: Conformance = { http: true, deviations: mockDeviations };
