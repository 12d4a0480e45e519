import { DatapinError, knownCommit, type PinnedContent, planPull } from '@datapin/core';

import type { Inputs } from './inputs.ts';
import type { OpenProject, RunPlace } from './open-projects.ts';
import type { Outcome } from './outcome.ts';
import { joined } from './pins.ts';

/**
 * Marks the pins that differ from those of another commit: the pull request's base, what the branch was before a push, or the revision that is asked
 * for. By default a commit that the clone does not have is not fetched, and there is nothing to compare with then. Rejects only for a revision that
 * was asked for and is unknown.
 */
export async function comparePins(
  projects: readonly OpenProject[],
  { inputs, place, outcome }: { readonly inputs: Inputs; readonly place: RunPlace; readonly outcome: Outcome },
): Promise<void> {
  const isAuto = inputs.compareTo === 'auto';
  const rev = isAuto ? place.event.baseCommit : inputs.compareTo;
  if (rev === undefined || inputs.compareTo === 'false' || inputs.repository !== undefined) return;
  if (isAuto && inputs.rev !== undefined) return;
  const before = new Map<string, string>();
  try {
    for (const open of projects) {
      await using base = await knownCommit(open.project, { rev, remote: isAuto ? undefined : 'origin' }, place.context);
      const { contents } = await planPull(open.project, { ...open.request, targets: [], narrow: undefined, commit: base.commit });
      for (const content of contents) before.set(joined(open.run.placedAt, content.selected.output.path), hashOf(content));
    }
  } catch (error) {
    if (isAuto && error instanceof DatapinError && error.code !== 'cancelled') return;
    throw error;
  }
  outcome.pins = outcome.pins.map((pin) => ({ ...pin, change: changeOf(before.get(pin.path), pin.hash) }));
  // With targets or a share, what is not among them is not gone.
  const isWhole = projects.every(({ request }) => request.targets.length === 0 && request.narrow === undefined);
  const now = new Set(outcome.pins.map(({ path }) => path));
  outcome.removed = isWhole ? [...before.keys()].filter((path) => !now.has(path)) : [];
  outcome.changed = outcome.removed.length > 0 || outcome.pins.some(({ change }) => change !== '');
}

function hashOf({ selected }: PinnedContent): string {
  return selected.output.id?.value ?? '';
}

function changeOf(before: string | undefined, now: string): 'new' | 'changed' | '' {
  if (before === undefined) return 'new';
  return before === now ? '' : 'changed';
}
