import type { OperationContext } from '../events.ts';
import { type PinnedContent, partSelector } from '../transfer/pinned-content.ts';
import { hashOutputFiles } from '../workspace/hash-output.ts';
import { withObstacles } from './obstacles.ts';
import { type OutputPlan, planOutput, type PresentFiles } from './plan-output.ts';
import type { WorkTree } from './work-tree.ts';

/**
 * What has to happen in the work tree for outputs to be as pinned. Contents whose directory object is missing are left out: nothing can be said
 * about them. Changes nothing but the memory of hashes.
 */
export async function planContents(
  contents: readonly PinnedContent[],
  tree: WorkTree,
  options: { readonly relink: boolean } = { relink: false },
): Promise<readonly OutputPlan[]> {
  const plans: OutputPlan[] = [];
  for (const content of contents) {
    const { files, selected } = content;
    if (files === undefined || selected.output.external) continue;
    const present = await presentFiles(content, tree, tree.context);
    const { output } = selected;
    const directory = content.directory !== undefined || output.record.files !== undefined;
    const planned = planOutput(output, { directory, files }, present, { all: options.relink });
    const plan = present === undefined ? planned : await withObstacles(planned, tree);
    plans.push(options.relink ? onlyNeeded(plan, tree) : plan);
  }
  return plans;
}

async function presentFiles(
  { selected: { output, within } }: PinnedContent,
  tree: WorkTree,
  context: OperationContext,
): Promise<PresentFiles> {
  if (tree.gate.existing(output.path) === undefined) return undefined;
  const found = await hashOutputFiles(
    {
      root: tree.project.root,
      path: output.path,
      algorithm: output.id?.algorithm ?? 'md5',
      filter: tree.view.dvcIgnore,
      state: tree.state,
      includes: partSelector(within),
    },
    context,
  );
  if (found === undefined) return undefined;
  // Windows has no such bit: what is pinned as executable would be placed again each time.
  const recordsExec = !found.isDirectory && process.platform !== 'win32';
  return new Map(found.files.map(({ relpath, hash }) => [relpath, recordsExec ? { hash, exec: found.isexec } : { hash }]));
}

/** With `--relink` a file that is right and already the wanted kind of link stays. */
function onlyNeeded(plan: OutputPlan, tree: WorkTree): OutputPlan {
  const place = plan.place.filter(({ path, id, replaces }) => {
    if (!replaces || plan.lost.has(path)) return true;
    return tree.cache.has(id) && tree.placer.needsRelink(id, `${tree.project.root}/${path}`);
  });
  return { ...plan, place };
}
