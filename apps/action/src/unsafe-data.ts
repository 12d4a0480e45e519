import { DatapinError } from '@datapin/core';

import type { RunEvent } from './event.ts';

/** Events that run with the repository's secrets although somebody else's commit caused them. */
const powerfulEvents = new Set(['pull_request_target', 'workflow_run']);

/**
 * Stops a run that has the repository's secrets and would take pins and settings from a fork: whoever made them could choose what is pulled, from
 * where, and to which place. `commits` are those that pins are read from. Throws `untrusted-data`.
 */
export function refuseForkData(
  event: RunEvent,
  used: {
    readonly commits: readonly string[];
    readonly rev: string | undefined;
    readonly repository: string | undefined;
    readonly isWorkspace: boolean;
  },
): void {
  if (!powerfulEvents.has(event.name) || !event.isFromFork) return;
  const isForeign = used.commits.some((commit) => event.foreignCommits.includes(commit));
  // What is checked out should be the commit that the event runs for. Anything else was fetched by a step before, most likely from the fork.
  const isElsewhere = used.isWorkspace && (used.commits.length === 0 || used.commits.some((commit) => commit !== event.sha));
  const isPullRef = /^(?:refs\/)?pull\//u.test(used.rev ?? '');
  const isForkItself =
    used.repository !== undefined &&
    used.repository
      .toLowerCase()
      .replace(/\.git$/u, '')
      .endsWith((event.foreignRepository ?? '\0').toLowerCase());
  if (!isForeign && !isElsewhere && !isPullRef && !isForkItself) return;
  throw new DatapinError(
    'untrusted-data',
    `the event ${event.name} has the secrets of this repository, and the pins would come from a fork`,
    {
      hint: 'Use the event pull_request. If you have made sure that the pins and settings of others can do no harm here, set the input allow-unsafe-pr-data to true.',
    },
  );
}
