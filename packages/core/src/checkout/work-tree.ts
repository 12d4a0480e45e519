import type { Cache } from '../cache/cache.ts';
import { openCache } from '../cache/file-cache.ts';
import type { OperationContext } from '../events.ts';
import type { Project } from '../project/project.ts';
import type { RepositoryView } from '../project/repository-view.ts';
import type { State } from '../state/state.ts';
import { openState } from '../state/sqlite-state.ts';
import type { TempFiles } from '../temp-files.ts';
import { openPathGate, type PathGate } from '../workspace/path-gate.ts';
import { openPlacer, type Placer } from '../workspace/place-file.ts';
import { openWorkspaceTemps } from '../workspace/workspace-temps.ts';

/** Everything that changes the work tree of one project during one command. */
export interface WorkTree extends Disposable {
  readonly project: Project;
  readonly view: RepositoryView;
  readonly cache: Cache;
  readonly state: State;
  readonly gate: PathGate;
  readonly placer: Placer;
  readonly temps: TempFiles;
  readonly context: OperationContext;
}

/** Opens cache, state and temp files of a project. Nothing is written yet. Dispose it when the command is done. */
export function openWorkTree(view: RepositoryView, context: OperationContext): WorkTree {
  const { project } = view;
  const cache = openCache(project.config.cache);
  const state = openState(project.tmpDir);
  const temps = openWorkspaceTemps(project.tmpDir);
  return {
    project,
    view,
    cache,
    state,
    temps,
    gate: openPathGate(project.root),
    placer: openPlacer({ cache, state, types: project.config.cache.types, temps, signal: context.signal }),
    context,
    [Symbol.dispose]() {
      temps[Symbol.dispose]();
      state[Symbol.dispose]();
      cache[Symbol.dispose]();
    },
  };
}
