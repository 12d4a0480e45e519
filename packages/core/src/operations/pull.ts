import { createHash } from 'node:crypto';

import type { Cache } from '../cache/cache.ts';
import { carryOut, type Undertaking } from '../checkout/carry-out.ts';
import { planContents } from '../checkout/plan-contents.ts';
import type { OutputPlan } from '../checkout/plan-output.ts';
import { refuseBlocked, refuseUnsaved } from '../checkout/refuse-unsaved.ts';
import { planUnused } from '../checkout/unused-data.ts';
import { openWorkTree } from '../checkout/work-tree.ts';
import type { OperationContext } from '../events.ts';
import { smallFileSize } from '../hashing/hash-file.ts';
import { withRepositoryLock } from '../locking/repository-lock.ts';
import type { Project } from '../project/project.ts';
import type { RepositoryView } from '../project/repository-view.ts';
import { importBringer } from '../transfer/bring-imports.ts';
import { bringOutputs } from '../transfer/bring-outputs.ts';
import type { PinnedContent } from '../transfer/pinned-content.ts';
import { findRemote } from '../config/find-remote.ts';
import { remotePool } from '../transfer/remote-pool.ts';
import { selectForTransfer } from '../transfer/select-for-transfer.ts';
import { objectName } from '../transfer/wanted-object.ts';
import { type CheckoutResult, checkoutResult, noneUnused } from './checkout.ts';
import { type BringRequest, fetchResult, type FetchResult, narrowContent, narrowed, remoteSettings, viewOf, withGlobs } from './fetch.ts';

export interface PullRequest extends BringRequest {
  readonly force: boolean;
  readonly allowMissing: boolean;
  /** Where the data is placed instead of the project's root: absolute, a folder that is there. Nothing that is there is removed then. */
  readonly destination?: string | undefined;
}

export interface PullResult {
  readonly fetch: FetchResult;
  readonly checkout: CheckoutResult;
  /** All selected files that are in place now, and their sizes. */
  readonly files: number;
  readonly bytes: number;
  /** Files that were put in place, relative to the project's root or the destination; those that are not among them were right already. */
  readonly placed: ReadonlySet<string>;
  /** Whether every selected pin is in place. */
  readonly complete: boolean;
  /** SHA-256 over the sorted `path\0hash` lines of all selected pins: the same data, the same text. */
  readonly dataHash: string;
}

/**
 * Fetch, then checkout; files are placed while later ones still download. What could be brought is placed even when something is missing.
 * Rejects with `unsaved-changes`, before any file is downloaded or changed, when uncached content would be lost.
 */
export async function pull(project: Project, request: PullRequest, context: OperationContext): Promise<PullResult> {
  if (request.remote !== undefined) findRemote(project.config, request.remote);
  return withRepositoryLock(project, context, async () => {
    const view = await viewOf(project, request);
    const selection = narrowed(await selectForTransfer(view, withGlobs(request, project)), request);
    using tree = openWorkTree(placedAt(view, request.destination), context);
    await using pool = remotePool(project, context, remoteSettings(request));
    /** Large objects are written to the work tree while they arrive. */
    const cache: Cache = {
      ...tree.cache,
      receive: (id, { size }) =>
        tree.cache.receive(id, { size, twin: size === undefined || size > smallFileSize ? undertaking?.twinFor(id) : undefined }),
    };

    const stages = new Set(await view.stages());
    const ofWorkTree = ({ selected }: PinnedContent): boolean => stages.has(selected.output.stage);
    let plans: readonly OutputPlan[] = [];
    let undertaking: Undertaking | undefined;
    // Only a pull of everything that the work tree pins knows what is pinned no longer.
    const isWhole = request.targets.length === 0 && request.narrow === undefined;
    const isOfWorkTree = request.commit === undefined && request.destination === undefined;
    const unused = isWhole && isOfWorkTree ? await planUnused(tree) : noneUnused;
    const arrived = new Set<string>();
    const brought = await bringOutputs(selection, {
      cache,
      pool,
      remote: request.remote,
      context,
      imports: importBringer({ project, origin: project, cache, pool, jobs: request.jobs, context, depth: 0 }),
      planned: async (contents) => {
        plans = await planContents(contents.filter(ofWorkTree), tree);
        if (!request.force) refuseUnsaved(plans, cache);
        refuseBlocked(plans, unused.unused, tree.project.root);
        undertaking = await carryOut(plans, unused.unused, tree);
      },
      nearby: request.nearby,
      narrow: narrowContent(request),
      arrived: ({ id }) => {
        arrived.add(objectName(id));
        return undertaking?.arrived(id);
      },
    });
    const { missing } = (await undertaking?.finish()) ?? { missing: [] };

    const contents = brought.contents.filter(ofWorkTree);
    const done = checkoutResult({ contents, plans, missing, unused }, tree);
    const inPlace = countInPlace(contents, new Set(missing.map(({ path }) => path)), (id) => cache.sizeOf(id));
    return {
      fetch: fetchResult(brought, arrived),
      checkout: done,
      ...inPlace,
      placed: new Set(plans.flatMap(({ place }) => place.map(({ path }) => path))),
      complete: brought.missing.length === 0 && done.failed.length === 0,
      dataHash: dataHashOf(contents),
    };
  });
}

/** The same view with its data in another folder. */
function placedAt(view: RepositoryView, destination: string | undefined): RepositoryView {
  return destination === undefined ? view : { ...view, project: { ...view.project, root: destination } };
}

function countInPlace(
  contents: readonly PinnedContent[],
  missing: ReadonlySet<string>,
  sizeOf: (id: PinnedIds['id']) => number | undefined,
): { readonly files: number; readonly bytes: number } {
  let files = 0;
  let bytes = 0;
  for (const { files: pinned, directory, selected } of contents) {
    const { size, nfiles = directory === undefined ? 1 : undefined } = selected.output.record;
    if (missing.size === 0 && selected.within === undefined && size !== undefined && nfiles !== undefined && pinned !== undefined) {
      // The metafile knows: no need to look at every object.
      files += nfiles;
      bytes += size;
      continue;
    }
    for (const file of pinned ?? []) {
      if (missing.has(file.path)) continue;
      files += 1;
      bytes += file.size ?? sizeOf(file.id) ?? 0;
    }
  }
  return { files, bytes };
}

type PinnedIds = NonNullable<PinnedContent['directory']>;

/** {@link PullResult.dataHash} of what is pinned. */
export function dataHashOf(contents: readonly PinnedContent[]): string {
  const lines: string[] = [];
  for (const { selected, directory, files } of contents) {
    const whole = selected.within === undefined ? (directory?.id ?? selected.output.id) : undefined;
    if (whole !== undefined) lines.push(`${selected.output.path}\0${whole.value}`);
    else for (const file of files ?? []) lines.push(`${file.path}\0${file.id.value}`);
  }
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}
