import type { AddRequest } from '../../src/operations/add.ts';

/** What `datapin add <targets>` asks for, with what a test changes. */
export function addRequest(targets: readonly string[], changes: Partial<AddRequest> = {}): AddRequest {
  return {
    targets,
    glob: false,
    noCommit: false,
    noRelink: false,
    force: false,
    out: undefined,
    toRemote: false,
    remote: undefined,
    jobs: undefined,
    ...changes,
  };
}
