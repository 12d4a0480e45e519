import type { OperationContext } from '../events.ts';
import type { Project } from '../project/project.ts';
import { openRemote, type Remote, type RemoteSettings } from './remote.ts';
import { findRemote } from '../config/find-remote.ts';

/** Remotes of one command, each opened at most once and all closed together. */
export interface RemotePool extends AsyncDisposable {
  /** By name, or the project's default. Rejects like `findRemote` and `openRemote`. */
  get(name: string | undefined): Promise<Remote>;
}

/** Opens remotes when they are first asked for. */
export function remotePool(project: Project, context: OperationContext, settings: RemoteSettings): RemotePool {
  const opened = new Map<string, Promise<Remote>>();
  return {
    async get(name) {
      const config = findRemote(project.config, name);
      const known = opened.get(config.name);
      if (known !== undefined) return known;
      const opening = openRemote(project, config, context, settings);
      opened.set(config.name, opening);
      return opening;
    },
    async [Symbol.asyncDispose]() {
      for (const opening of opened.values()) {
        const remote = await opening.catch(() => undefined);
        await remote?.[Symbol.asyncDispose]();
      }
    },
  };
}
