import type { TransferRequest } from '../../src/operations/fetch.ts';
import type { PullRequest } from '../../src/operations/pull.ts';

/** What a command that transfers asks for when the user says nothing. */
export const transferRequest: TransferRequest = {
  targets: [],
  allBranches: false,
  allTags: false,
  allCommits: false,
  withDeps: false,
  recursive: false,
  remote: undefined,
  jobs: undefined,
  glob: false,
};

/** The same for `datapin pull`. */
export const pullRequest: PullRequest = { ...transferRequest, force: false, allowMissing: false };
