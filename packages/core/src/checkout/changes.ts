import type { OutputPlan, Placement } from './plan-output.ts';

/** What changed in the work tree: paths relative to the project root, directories with a trailing `/`. */
export interface WorkspaceChanges {
  readonly added: readonly string[];
  readonly modified: readonly string[];
  readonly deleted: readonly string[];
}

/** Files (not directories) behind the changes. */
export interface FileCounts {
  readonly added: number;
  readonly modified: number;
  readonly deleted: number;
}

/** The changes that carried-out plans made, in the words of `dvc checkout`: one entry per output, directories before files. */
export function changesOf(
  plans: readonly OutputPlan[],
  missing: readonly Placement[],
): WorkspaceChanges & { readonly fileCounts: FileCounts } {
  const lacking = new Set(missing.map(({ path }) => path));
  const added: string[] = [];
  const modified: string[] = [];
  const fileCounts = { added: 0, modified: 0, deleted: 0 };
  for (const plan of plans) {
    const placed = plan.place.filter(({ path }) => !lacking.has(path));
    const replaced = placed.filter(({ replaces, path }) => replaces && plan.lost.has(path)).length;
    const relinked = placed.filter(({ replaces, path }) => replaces && !plan.lost.has(path)).length;
    fileCounts.added += placed.length - replaced - relinked;
    fileCounts.modified += replaced;
    fileCounts.deleted += plan.remove.length;
    const name = plan.directory ? `${plan.output.path}/` : plan.output.path;
    const changed = placed.length - relinked + plan.remove.length;
    if (!plan.existed && (placed.length > 0 || (plan.directory && plan.place.length === 0))) added.push(name);
    else if (changed > 0) modified.push(name);
  }
  return { added: inOrder(added), modified: inOrder(modified), deleted: [], fileCounts };
}

/** Directories first, then files, each by name. */
export function inOrder(paths: readonly string[]): readonly string[] {
  const rank = (path: string): number => (path.endsWith('/') ? 0 : 1);
  return [...paths].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}
