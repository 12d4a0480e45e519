import { DatapinError, type Project } from '@datapin/core';

import { fromCwd } from './paths.ts';

/** An error for outputs that could not be put in place whole; `undefined` when there are none. */
export function notPlaced(project: Project, paths: readonly string[]): DatapinError | undefined {
  if (paths.length === 0) return undefined;
  return new DatapinError('checkout-incomplete', 'Checkout failed for following targets:', {
    details: paths.map((path) => new DatapinError('cache-missing', fromCwd(project, path))),
    hint: 'Is your cache up to date? `datapin pull` downloads what is missing.',
  });
}
