import { openCache } from '../cache/file-cache.ts';
import type { OperationContext } from '../events.ts';
import { displayAddress } from '../project/display-path.ts';
import type { Project } from '../project/project.ts';
import { readRepository } from '../project/read-repository.ts';
import { selectTargets } from '../project/select-targets.ts';
import type { Dependency, Output, Stage } from '../project/stage.ts';
import { openState } from '../state/sqlite-state.ts';
import type { CloudStatusRequest, CloudStatusResult } from '../status/cloud-status.ts';
import { type StageChange, stageStatus } from '../status/stage-status.ts';

export type { CloudStatusRequest, CloudStatusResult } from '../status/cloud-status.ts';
export type { EntryStatus, StageChange } from '../status/stage-status.ts';

export interface StatusRequest {
  readonly targets: readonly string[];
  readonly withDeps: boolean;
  readonly recursive: boolean;
  readonly noUpdates: boolean;
}

export interface StatusResult {
  /** Stage address → changes; only stages with changes. Paths and addresses are relative to `project.cwd`, as DVC prints them. */
  readonly changes: ReadonlyMap<string, readonly StageChange[]>;
  /** Whether nothing is tracked in this project yet. */
  readonly isEmpty: boolean;
}

/** Work tree against metafiles (and cache). */
export async function status(project: Project, request: StatusRequest, context: OperationContext): Promise<StatusResult> {
  const view = readRepository(project);
  const selection = await selectTargets(view, request.targets, request);
  const selected = new Map<Stage, Output[]>(selection.stages.map((stage) => [stage, []]));
  for (const { output } of selection.outputs) selected.get(output.stage)?.push(output);

  using cache = openCache(project.config.cache);
  using state = openState(project.tmpDir);
  const hasUpdate = request.noUpdates ? undefined : (dep: Dependency): Promise<boolean> => hasMovedOn(project, dep, context);
  const tools = { view, cache, state, hasUpdate, context };
  const changed = new Map<string, readonly StageChange[]>();
  for (const [stage, outs] of selected) {
    const changes = await stageStatus(stage, outs, tools);
    if (changes.length > 0) changed.set(displayAddress(project, stage), changes);
  }
  return { changes: changed, isEmpty: selection.stages.length === 0 && (await view.stages()).length === 0 };
}

/**
 * Cache against remote: `status -c`. Outputs that are not pushed anywhere and imports from repositories are left out; a directory whose list of files is not
 * in the cache has it fetched. Rejects with `unsupported` for a version-aware remote, and with a remote's failure.
 */
export async function cloudStatus(project: Project, request: CloudStatusRequest, context: OperationContext): Promise<CloudStatusResult> {
  const { compareWithRemote } = await import('../status/cloud-status.ts');
  return compareWithRemote(project, request, context);
}

/** Loaded only where there is an import: it runs git. */
async function hasMovedOn(project: Project, dep: Dependency, context: OperationContext): Promise<boolean> {
  const { sourceHasMovedOn } = await import('../status/import-updates.ts');
  return sourceHasMovedOn(project, dep, context);
}
