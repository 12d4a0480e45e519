import { openCache } from '../cache/file-cache.ts';
import type { OperationContext } from '../events.ts';
import { withRepositoryLock } from '../locking/repository-lock.ts';
import type { Project } from '../project/project.ts';
import { readRepository } from '../project/read-repository.ts';
import type { RepositoryView } from '../project/repository-view.ts';
import type { SelectedOutput } from '../project/target.ts';
import { importBringer } from '../transfer/bring-imports.ts';
import { bringOutputs, type BringOutcome } from '../transfer/bring-outputs.ts';
import type { MissingObject } from '../transfer/missing-object.ts';
import type { NearbyObjects } from '../transfer/nearby-objects.ts';
import type { PinnedContent, PinnedFile } from '../transfer/pinned-content.ts';
import { findRemote } from '../config/find-remote.ts';
import type { RemoteSettings } from '../transfer/remote.ts';
import { remotePool } from '../transfer/remote-pool.ts';
import { defaultRetryPolicy } from '../transfer/retry.ts';
import { objectName } from '../transfer/wanted-object.ts';
import { expandGlobs } from './expand-globs.ts';
import { selectForTransfer, type TransferSelection } from '../transfer/select-for-transfer.ts';

export interface TransferRequest extends TransferSelection {
  readonly remote: string | undefined;
  readonly jobs: number | undefined;
  /** Targets are patterns for paths that are there (`dvc pull --glob`). */
  readonly glob: boolean;
}

/** Leaves out a part of what targets select: a share of a job, what patterns exclude. */
export interface Narrowing {
  /** The outputs to keep. */
  outputs(selected: readonly SelectedOutput[]): readonly SelectedOutput[];
  /** The files of a directory to keep (relpaths), once they are known; `undefined` keeps all of them. */
  files(selected: SelectedOutput, files: Iterable<PinnedFile>): readonly string[] | undefined;
}

/** What a command that brings data can be told besides. */
export interface BringRequest extends TransferRequest {
  /** Tries after the first that a failed request gets; by default as many as fit into two minutes. */
  readonly retries?: number | undefined;
  /** Asked before any remote. */
  readonly nearby?: NearbyObjects | undefined;
  /** Leaves out what targets cannot name. */
  readonly narrow?: Narrowing | undefined;
  /** The pins of this commit (full id) instead of the work tree's. */
  readonly commit?: string | undefined;
}

export interface FetchRequest extends BringRequest {
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
  /** What was selected and is pinned, as far as that is known. */
  readonly contents: readonly PinnedContent[];
  /** Names of the objects that came from nearby, with their sizes; they are in none of the numbers. */
  readonly nearby: ReadonlyMap<string, number>;
  /** Names of the objects that came from remotes; not those of imports. */
  readonly downloaded: ReadonlySet<string>;
}

/** Brings pinned objects into the cache. Resolves with what is missing; rejects only when nothing can be said about the objects. */
export async function fetch(project: Project, request: FetchRequest, context: OperationContext): Promise<FetchResult> {
  if (request.remote !== undefined) findRemote(project.config, request.remote);
  return withRepositoryLock(project, context, async () => {
    const view = await viewOf(project, request);
    const selection = narrowed(ofTypes(await selectForTransfer(view, withGlobs(request, project)), request.types), request);
    using cache = openCache(project.config.cache);
    await using pool = remotePool(project, context, remoteSettings(request));
    const downloaded = new Set<string>();
    const brought = await bringOutputs(selection, {
      cache,
      pool,
      remote: request.remote,
      maxSize: request.maxSize,
      context,
      imports: importBringer({ project, origin: project, cache, pool, jobs: request.jobs, context, depth: 0 }),
      nearby: request.nearby,
      narrow: narrowContent(request),
      arrived: ({ id }) => {
        downloaded.add(objectName(id));
        return undefined;
      },
    });
    return fetchResult(brought, downloaded);
  });
}

/** Sums up what was brought, also in a pull. `arrived` are names of objects from anywhere. */
export function fetchResult({ fetched, files, bytes, missing, contents, nearby }: BringOutcome, arrived: ReadonlySet<string>): FetchResult {
  return { fetched, files, bytes, missing, contents, nearby, downloaded: new Set([...arrived].filter((name) => !nearby.has(name))) };
}

/** The metafiles that a request is about: those of the work tree or of a commit. */
export async function viewOf(project: Project, { commit }: Pick<BringRequest, 'commit'>): Promise<RepositoryView> {
  if (commit === undefined) return readRepository(project);
  const { readRepositoryAt } = await import('../project/read-repository-at.ts');
  return readRepositoryAt(project, commit);
}

/** How a request wants remotes to be used. */
export function remoteSettings({ jobs, retries }: Pick<BringRequest, 'jobs' | 'retries'>): RemoteSettings {
  return { jobs, ...(retries === undefined ? {} : { policy: { ...defaultRetryPolicy, retries } }) };
}

/** A selection without the outputs that the request leaves out. */
export function narrowed(selection: readonly SelectedOutput[], { narrow }: Pick<BringRequest, 'narrow'>): readonly SelectedOutput[] {
  return narrow === undefined ? selection : narrow.outputs(selection);
}

/** How a request leaves out files of directories. */
export function narrowContent({ narrow }: Pick<BringRequest, 'narrow'>): ((content: PinnedContent) => PinnedContent) | undefined {
  if (narrow === undefined) return undefined;
  return (content) => {
    const { selected, directory, files } = content;
    if (files === undefined || (directory === undefined && selected.output.record.files === undefined)) return content;
    const within = narrow.files(selected, files);
    if (within === undefined) return content;
    const part = new Set(within);
    return { ...content, selected: { ...selected, within }, files: [...files].filter(({ relpath }) => part.has(relpath)) };
  };
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
