import { carryOut } from '../checkout/carry-out.ts';
import { changesOf, type FileCounts, inOrder, type WorkspaceChanges } from '../checkout/changes.ts';
import { planContents } from '../checkout/plan-contents.ts';
import type { OutputPlan, Placement } from '../checkout/plan-output.ts';
import { refuseBlocked, refuseUnsaved } from '../checkout/refuse-unsaved.ts';
import { notePlaced, planUnused, type UnusedPlan } from '../checkout/unused-data.ts';
import { openWorkTree, type WorkTree } from '../checkout/work-tree.ts';
import type { OperationContext } from '../events.ts';
import { withRepositoryLock } from '../locking/repository-lock.ts';
import type { Project } from '../project/project.ts';
import { readRepository } from '../project/read-repository.ts';
import { selectTargets } from '../project/select-targets.ts';
import { type PinnedContent, pinnedContent } from '../transfer/pinned-content.ts';

export interface CheckoutRequest {
  readonly targets: readonly string[];
  readonly withDeps: boolean;
  readonly recursive: boolean;
  readonly force: boolean;
  readonly relink: boolean;
  readonly allowMissing: boolean;
}

export interface CheckoutResult extends WorkspaceChanges {
  /** Outputs that could not be placed whole, because objects are not in the cache; paths relative to the project root. */
  readonly failed: readonly string[];
  readonly fileCounts: FileCounts;
}

/** With targets nothing is looked for that they do not name. */
export const noneUnused: UnusedPlan = { unused: [], forget: [] };

/**
 * Makes the work tree show what the metafiles pin. Rejects with `unsaved-changes` before touching anything when uncached content would be lost.
 * Without targets it also removes data that is no longer an output and is unchanged since it was placed. What the cache lacks is named in `failed`;
 * everything else is placed nevertheless.
 */
export async function checkout(project: Project, request: CheckoutRequest, context: OperationContext): Promise<CheckoutResult> {
  return withRepositoryLock(project, context, async () => {
    const view = readRepository(project);
    const { outputs } = await selectTargets(view, request.targets, {
      recursive: request.recursive,
      withDeps: request.withDeps,
      suggestGit: true,
    });
    using tree = openWorkTree(view, context);
    const contents: PinnedContent[] = [];
    for (const selected of outputs) {
      const content = selected.output.record.cache ? await pinnedContent(selected, tree.cache) : undefined;
      if (content !== undefined) contents.push(content);
    }
    const plans = await planContents(contents, tree, { relink: request.relink });
    if (!request.force) refuseUnsaved(plans, tree.cache);
    const unused = request.targets.length === 0 ? await planUnused(tree) : noneUnused;
    refuseBlocked(plans, unused.unused, project.root);
    const undertaking = await carryOut(plans, unused.unused, tree);
    const { missing } = await undertaking.finish();
    return checkoutResult({ contents, plans, missing, unused }, tree);
  });
}

/** Sums up a checkout, also the one in a pull. */
export function checkoutResult(
  done: {
    readonly contents: readonly PinnedContent[];
    readonly plans: readonly OutputPlan[];
    readonly missing: readonly Placement[];
    readonly unused: UnusedPlan;
  },
  tree: WorkTree,
): CheckoutResult {
  const { plans, missing } = done;
  const { unused } = done.unused;
  notePlaced(plans, done.unused, tree);
  const lacking = new Set(missing.map(({ path }) => path));
  const incomplete = plans.filter(({ place }) => place.some(({ path }) => lacking.has(path))).map(({ output }) => output.path);
  const unknown = done.contents.filter(({ files }) => files === undefined).map(({ selected }) => selected.output.path);
  const changes = changesOf(plans, missing);
  return {
    ...changes,
    deleted: inOrder(unused.map(({ path, directory }) => (directory ? `${path}/` : path))),
    fileCounts: { ...changes.fileCounts, deleted: changes.fileCounts.deleted + unused.length },
    failed: [...new Set([...unknown, ...incomplete])],
  };
}
