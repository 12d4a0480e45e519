import { isDirectoryId, type Narrowing, type SelectedOutput } from '@datapin/core';

import type { Shard } from './inputs.ts';

/**
 * One share of what is selected: the same for the same pins, whoever asks, and all shares together are everything. Outputs go to the shares from the
 * largest on, each to the one that has least so far. A directory that is larger than half a share is dealt out file by file: nobody knows the sizes
 * of its files before they are downloaded, so each share gets every so-many-th.
 */
export function narrowByShard({ index, count }: Shard): Narrowing {
  const mine = index - 1;
  const dealt = new Set<string>();
  return {
    outputs(selected) {
      const sized = selected.map((one) => ({
        one,
        bytes: one.output.record.size ?? 0,
        address: `${one.output.path}\0${one.output.stage.address}`,
      }));
      const half = sized.reduce((sum, { bytes }) => sum + bytes, 0) / count / 2;
      const isDealt = ({ one, bytes }: (typeof sized)[number]): boolean => isSplittable(one) && count > 1 && bytes > half;
      for (const item of sized) if (isDealt(item)) dealt.add(item.one.output.path);
      const loads = Array.from({ length: count }, () => ({ bytes: 0, outputs: 0 }));
      const kept = new Set<SelectedOutput>();
      for (const { one, bytes } of sized
        .filter((item) => !isDealt(item))
        .sort((a, b) => b.bytes - a.bytes || (a.address < b.address ? -1 : 1))) {
        const least = loads.reduce((best, load) =>
          load.bytes < best.bytes || (load.bytes === best.bytes && load.outputs < best.outputs) ? load : best,
        );
        least.bytes += bytes;
        least.outputs += 1;
        if (least === loads[mine]) kept.add(one);
      }
      return selected.filter((one) => kept.has(one) || dealt.has(one.output.path));
    },
    files({ output }, files) {
      if (!dealt.has(output.path)) return undefined;
      const relpaths = [...files].map(({ relpath }) => relpath).sort();
      return relpaths.filter((_, position) => position % count === mine);
    },
  };
}

function isSplittable({ output }: SelectedOutput): boolean {
  return output.id === undefined ? output.record.files !== undefined : isDirectoryId(output.id);
}

/** Both narrowings, one after the other. */
export function narrowByBoth(first: Narrowing | undefined, second: Narrowing | undefined): Narrowing | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return {
    outputs: (selected) => second.outputs(first.outputs(selected)),
    files(selected, files) {
      const listed = [...files];
      const kept = first.files(selected, listed);
      if (kept === undefined) return second.files(selected, listed);
      const names = new Set(kept);
      return (
        second.files(
          selected,
          listed.filter(({ relpath }) => names.has(relpath)),
        ) ?? kept
      );
    },
  };
}
