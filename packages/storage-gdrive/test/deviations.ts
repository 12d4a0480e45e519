import type { Deviation } from '@datapin/storage-testkit';

/** Promises that a remote in Google Drive cannot keep, with the reasons. */
export const deviations: Readonly<Record<string, Deviation>> = {};
