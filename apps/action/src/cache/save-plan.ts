import { readFileSync, writeFileSync } from 'node:fs';

import type { ObjectId } from '@datapin/core';

/** What the step's post part is to save. Written to a file, because what a step hands on by the runner has to be small. */
export interface SavePlan {
  readonly entries: readonly PlannedEntry[];
}

export interface PlannedEntry {
  readonly shard: string;
  readonly key: string;
  readonly bytes: number;
  readonly objects: readonly { readonly id: ObjectId; readonly path: string }[];
}

export function writeSavePlan(path: string, plan: SavePlan): void {
  writeFileSync(path, JSON.stringify(plan), { mode: 0o600 });
}

/** Throws when the file is not there any more. */
export function readSavePlan(path: string): SavePlan {
  return JSON.parse(readFileSync(path, 'utf8')) as SavePlan;
}

/** The entries that fit into `limit` bytes together, small ones first, and how many do not. */
export function withinLimit(
  entries: readonly PlannedEntry[],
  limit: number,
): { readonly kept: readonly PlannedEntry[]; readonly left: number } {
  const kept: PlannedEntry[] = [];
  let sum = 0;
  for (const entry of [...entries].sort((a, b) => a.bytes - b.bytes)) {
    if (sum + entry.bytes > limit) break;
    sum += entry.bytes;
    kept.push(entry);
  }
  return { kept, left: entries.length - kept.length };
}
