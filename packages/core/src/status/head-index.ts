import type { Cache } from '../cache/cache.ts';
import type { Project } from '../project/project.ts';
import { readRepositoryAt } from '../project/read-repository-at.ts';
import { type DataIndex, indexPinned } from './data-index.ts';
import type { SubtreeFilter } from './path-filter.ts';

/** What the metafiles of a commit pin, as far as it is included. Rejects with `git-failed`, `invalid-metafile`. */
export async function indexHead(
  project: Project,
  { commit, includes, cache }: { readonly commit: string; readonly includes: SubtreeFilter | undefined; readonly cache: Cache },
): Promise<DataIndex> {
  const stages = await (await readRepositoryAt(project, commit)).stages();
  const outputs = stages.flatMap((stage) => stage.outs).filter(({ path }) => includes?.(path, 'or above') !== false);
  return indexPinned(outputs, cache);
}
