import { createHash } from 'node:crypto';

import { isDirectoryId, type SelectedOutput } from '@datapin/core';

/** More outputs than this share entries: GitHub limits how many are made in a minute, and each costs two requests. */
const mostEntries = 16;

/** Outputs that are kept in one entry of the Actions cache. */
export interface EntryPlan {
  /** Names the entry's place: the same for all versions of the same outputs. Letters and digits. */
  readonly shard: string;
  /** `<prefix>-1-<shard>-<hash>`: the hash stands for what is pinned, so that an entry is never out of date. */
  readonly key: string;
  /** The start of the keys of older versions. */
  readonly olderKeys: string;
  /** Where the outputs are: root and path, as {@link outputPlace} gives them. */
  readonly places: ReadonlySet<string>;
  /** How many projects these are in. */
  readonly roots: number;
  readonly hasDirectories: boolean;
  /** Bytes of all outputs, as far as metafiles tell. */
  readonly bytes: number;
}

/** An output as the cache sees it. */
export interface CachedOutput {
  readonly selected: SelectedOutput;
  /** The project's root relative to the workspace; keeps outputs of the same path apart. */
  readonly root: string;
  /** What of a directory is selected beyond `selected.within`: a share, patterns. Empty for all of it. */
  readonly part: string;
}

/**
 * Which entries hold which outputs: one for each output, or sixteen for all that there are. Known before anything is downloaded, from the pins alone.
 * Keys end with a hash of fixed length: the service finds entries by the start of their keys.
 */
export function planEntries(outputs: readonly CachedOutput[], prefix: string): readonly EntryPlan[] {
  const pinned = outputs.filter(({ selected: { output } }) => output.id !== undefined);
  const groups = Map.groupBy(pinned, (output) =>
    pinned.length > mostEntries ? `b0${placeOf(output).slice(0, 1)}` : placeOf(output).slice(0, 12),
  );
  return [...groups].map(([shard, members]) => {
    const start = `${prefix.toLowerCase()}-1-${shard}-`;
    const pins = members.map((member) => `${placeOf(member)} ${member.selected.output.id?.value}`).sort();
    const outputs = members.map(({ selected }) => selected.output);
    return {
      shard,
      key: start + sha256(pins.join('\n')).slice(0, 32),
      olderKeys: start,
      places: new Set(members.map(({ root, selected }) => outputPlace(root, selected.output.path))),
      roots: new Set(members.map(({ root }) => root)).size,
      hasDirectories: outputs.some(({ id }) => id !== undefined && isDirectoryId(id)),
      bytes: outputs.reduce((sum, { record }) => sum + (record.size ?? 0), 0),
    };
  });
}

/** One text for an output of the run. */
export function outputPlace(root: string, path: string): string {
  return `${root}\0${path}`;
}

function placeOf({ selected, root, part }: CachedOutput): string {
  return sha256(JSON.stringify([root, selected.output.path, selected.within ?? null, part]));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The folder that an entry's objects seem to lie in. It is part of what the service compares, so it never changes. */
export function entryFolder(shard: string): string {
  return `.datapin/gha/${shard}`;
}
