import { openCache } from '../cache/file-cache.ts';
import type { Cache } from '../cache/cache.ts';
import { DatapinError } from '../errors.ts';
import type { Project } from '../project/project.ts';
import { isSomething } from '../transfer/bring-outputs.ts';
import { type PinnedContent, pinnedContent } from '../transfer/pinned-content.ts';
import { selectForTransfer } from '../transfer/select-for-transfer.ts';
import { type BringRequest, narrowContent, narrowed, viewOf, withGlobs } from './fetch.ts';
import { dataHashOf } from './pull.ts';

/** What a pull would be about, as far as that is known without asking anybody. */
export interface PullPlan {
  /** One for each selected output that pins something; without its files where the directory object is not in the cache. */
  readonly contents: readonly PinnedContent[];
  /** All selected files and their size, as far as metafiles and directory objects tell. */
  readonly files: number;
  readonly bytes: number;
  /** What of them the cache lacks. Bytes of a part of a directory are estimated: it does not record the sizes of its files. */
  readonly lackingFiles: number;
  readonly lackingBytes: number;
  /** As in a pull; other than there as long as a directory of which only a part is selected is unknown. */
  readonly dataHash: string;
}

/** What a pull would be about. Asks no remote and changes nothing. Rejects as selecting targets does. */
export async function planPull(project: Project, request: BringRequest): Promise<PullPlan> {
  const view = await viewOf(project, request);
  const selection = narrowed(await selectForTransfer(view, withGlobs(request, project)), request);
  const narrow = narrowContent(request);
  using cache = openCache(project.config.cache);
  const sum = { files: 0, bytes: 0, lackingFiles: 0, lackingBytes: 0 };
  const contents: PinnedContent[] = [];
  for (const selected of selection) {
    const known = selected.output.record.cache ? await contentIfSound(selected, cache) : undefined;
    if (known === undefined) continue;
    const content = narrow?.(known) ?? known;
    if (!isSomething(content)) continue;
    contents.push(content);
    const counted = count(content, cache);
    sum.files += counted.files;
    sum.bytes += counted.bytes;
    sum.lackingFiles += counted.lackingFiles;
    sum.lackingBytes += counted.lackingBytes;
  }
  return { contents, ...sum, dataHash: dataHashOf(contents) };
}

/** A damaged directory object is the pull's to report; here it is as good as unknown. */
async function contentIfSound(selected: Parameters<typeof pinnedContent>[0], cache: Cache): Promise<PinnedContent | undefined> {
  try {
    return await pinnedContent(selected, cache);
  } catch (error) {
    if (!(error instanceof DatapinError) || error.code !== 'invalid-directory-object') throw error;
    const { id, path } = selected.output;
    return id && { selected, directory: { id, path }, files: undefined };
  }
}

function count({ selected, directory, files }: PinnedContent, cache: Cache): Omit<PullPlan, 'contents' | 'dataHash'> {
  const { size = 0, nfiles = directory === undefined ? 1 : 0 } = selected.output.record;
  if (files === undefined) return { files: nfiles, bytes: size, lackingFiles: nfiles, lackingBytes: size };
  const counted = { files: 0, bytes: 0, lackingFiles: 0, lackingBytes: 0 };
  const average = nfiles === 0 ? 0 : size / nfiles;
  for (const file of files) {
    const bytes = file.size ?? average;
    counted.files += 1;
    counted.bytes += bytes;
    if (cache.has(file.id)) continue;
    counted.lackingFiles += 1;
    counted.lackingBytes += bytes;
  }
  counted.bytes = Math.round(counted.bytes);
  counted.lackingBytes = Math.round(counted.lackingBytes);
  return counted;
}
