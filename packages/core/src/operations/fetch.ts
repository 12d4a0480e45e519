import { openCache } from '../cache/file-cache.ts';
import type { OperationContext } from '../events.ts';
import { withRepositoryLock } from '../locking/repository-lock.ts';
import type { Project } from '../project/project.ts';
import { readRepository } from '../project/read-repository.ts';
import type { SelectedOutput } from '../project/target.ts';
import { importBringer } from '../transfer/bring-imports.ts';
import { bringOutputs } from '../transfer/bring-outputs.ts';
import type { MissingObject } from '../transfer/missing-object.ts';
import { findRemote } from '../config/find-remote.ts';
import { remotePool } from '../transfer/remote-pool.ts';
import { expandGlobs } from './expand-globs.ts';
import { selectForTransfer, type TransferSelection } from '../transfer/select-for-transfer.ts';

export interface TransferRequest extends TransferSelection {
  readonly remote: string | undefined;
  readonly jobs: number | undefined;
  /** Targets are patterns for paths that are there (`dvc pull --glob`). */
  readonly glob: boolean;
}

export interface FetchRequest extends TransferRequest {
  /** Leaves out files that are known to be larger, bytes. */
  readonly maxSize: number | undefined;
  readonly types: readonly ('metrics' | 'plots')[];
}

export interface FetchResult {
  /** Objects brought into the cache, directory objects included (DVC counts them so). */
  readonly fetched: number;
  readonly files: number;
  readonly bytes: number;
  /** What is still not in the cache. Empty when everything is there. */
  readonly missing: readonly MissingObject[];
}

/** Brings pinned objects into the cache. Resolves with what is missing; rejects only when nothing can be said about the objects. */
export async function fetch(project: Project, request: FetchRequest, context: OperationContext): Promise<FetchResult> {
  if (request.remote !== undefined) findRemote(project.config, request.remote);
  return withRepositoryLock(project, context, async () => {
    const selection = ofTypes(await selectForTransfer(readRepository(project), withGlobs(request, project)), request.types);
    using cache = openCache(project.config.cache);
    await using pool = remotePool(project, context, { jobs: request.jobs });
    const imports = importBringer({ project, origin: project, cache, pool, jobs: request.jobs, context, depth: 0 });
    const { fetched, files, bytes, missing } = await bringOutputs(selection, {
      cache,
      pool,
      remote: request.remote,
      maxSize: request.maxSize,
      context,
      imports,
    });
    return { fetched, files, bytes, missing };
  });
}

/** The request with the paths that its patterns match. Throws `target-missing` when nothing matches. */
export function withGlobs<Request extends TransferRequest>(request: Request, { cwd }: Project): Request {
  if (!request.glob || request.targets.length === 0) return request;
  return { ...request, targets: expandGlobs(request.targets, cwd) };
}

function ofTypes(selection: readonly SelectedOutput[], types: FetchRequest['types']): readonly SelectedOutput[] {
  if (types.length === 0) return selection;
  const kinds = new Set(types.map((type) => type.slice(0, -1)));
  return selection.filter(({ output }) => kinds.has(output.kind));
}
