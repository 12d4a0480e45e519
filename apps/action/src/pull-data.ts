import { type DatapinEvent, openProject, pull, type PullResult } from '@datapin/core';

import type { Inputs } from './inputs.ts';
import { loadStorage } from './load-storage.ts';

export interface PullDataContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly report: (event: DatapinEvent) => void;
}

/** Pulls what the inputs ask for. Rejects as core's `openProject` and `pull` do. */
export async function pullData(inputs: Inputs, { env, signal, report }: PullDataContext): Promise<PullResult> {
  const project = await openProject({ cwd: inputs.workingDirectory, env, storages: { load: loadStorage }, configOverrides: inputs.config });
  const request = {
    targets: inputs.targets,
    remote: inputs.remote,
    jobs: inputs.jobs,
    allowMissing: !inputs.failOnMissing,
    force: false,
    withDeps: false,
    recursive: false,
    glob: false,
    allBranches: false,
    allTags: false,
    allCommits: false,
  };
  return pull(project, request, { signal, report });
}
