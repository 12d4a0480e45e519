/** How existence on a remote is found out. */
export type QueryPlan = 'ask-each' | 'list';

/** What is known when the choice is made; counts of calls are what both ways cost. */
export interface QueryCosts {
  /** Objects that are asked about. */
  readonly objects: number;
  /** Different two-digit prefixes among them: each is one listing. */
  readonly prefixes: number;
  /** Objects that one such prefix holds on the remote, from a sample. */
  readonly objectsPerPrefix: number;
  readonly pageSize: number;
}

/** Below this, asking is always cheaper than finding out whether it is. */
export const fewObjects = 48;

/** Chooses what needs fewer calls. Listing pages of one prefix follow each other, asking is parallel: a page counts double. */
export function planQuery(costs: QueryCosts): QueryPlan {
  if (costs.objects <= fewObjects) return 'ask-each';
  const pages = costs.prefixes * Math.max(1, Math.ceil(costs.objectsPerPrefix / costs.pageSize));
  return pages * 2 < costs.objects ? 'list' : 'ask-each';
}
