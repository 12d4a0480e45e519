import type { WorkTree } from '../checkout/work-tree.ts';
import type { OutputRecord } from '../formats/metafile.ts';
import type { Output } from '../project/stage.ts';
import { addPart, addWhole } from './add-content.ts';
import { recordContent } from './record-output.ts';

/** How an output is stored. */
export interface StoreOutputOptions {
  /** Parts of a directory that alone are looked at, relative to the output; `undefined` for all of it. */
  readonly within: readonly string[] | undefined;
  /** Whether its files are then linked from the cache as `cache.type` wants it. */
  readonly relink: boolean;
}

/**
 * Stores what an output is now and returns the entry that pins it; the metafile is not written. An output with `cache: false` is only hashed.
 * Rejects with `target-missing` when it is not there, and what {@link addWhole} and {@link addPart} reject with.
 */
export async function storeOutput(output: Output, { within, relink }: StoreOutputOptions, tree: WorkTree): Promise<OutputRecord> {
  const how = { tree, options: { noCommit: false, noRelink: !relink } };
  let { record, id } = output;
  for (const part of within ?? [undefined]) {
    const pinned = { path: output.path, id, record };
    const content = part === undefined ? await addWhole(pinned, how) : await addPart(part, pinned, how);
    record = recordContent(record, content);
    id = content.id;
  }
  return record;
}
