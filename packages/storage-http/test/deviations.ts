/** Promises of the storage contract that plain HTTP cannot keep, by the suite's own ids: why. */
export const deviations: Readonly<Record<string, string>> = {};
