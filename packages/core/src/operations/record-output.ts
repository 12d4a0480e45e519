import type { OutputRecord, RecordedMeta, StageFile } from '../formats/metafile.ts';
import { present } from '../formats/present.ts';
import type { ObjectId } from '../hashing/object-id.ts';

/** What a metafile is to say about an output's content. `undefined` where DVC leaves a key out. */
export interface NewContent {
  readonly id: ObjectId;
  readonly size: number | undefined;
  readonly nfiles: number | undefined;
  readonly isexec: boolean;
}

/** An output's entry with new content; annotations and flags stay. What a version-aware remote holds is only kept while the content is the same. */
export function recordContent(record: OutputRecord, content: NewContent): OutputRecord {
  const { path, cache, persist, push, remote, desc, type, labels, meta, fsConfig, cloud } = record;
  const same = record.hash?.value === content.id.value;
  const recorded: RecordedMeta = present({
    size: content.size,
    nfiles: content.nfiles,
    isexec: content.isexec ? true : undefined,
    versionId: same ? record.versionId : undefined,
  });
  return {
    path,
    cache,
    persist,
    push,
    hash: { name: content.id.algorithm, value: content.id.value },
    ...recorded,
    ...present({ remote, desc, type, labels, meta, fsConfig, cloud: same ? cloud : undefined }),
  };
}

/** The entry of an output that nothing is known of yet. */
export function newOutput(path: string): OutputRecord {
  return { path, cache: true, persist: false, push: true };
}

/** A `.dvc` file for one output; what an earlier file of that name says about itself stays. */
export function newStageFile(output: OutputRecord, previous: StageFile | undefined): StageFile {
  return {
    frozen: false,
    alwaysChanged: false,
    deps: [],
    ...present({ desc: previous?.desc, meta: previous?.meta }),
    outs: [output],
  };
}
