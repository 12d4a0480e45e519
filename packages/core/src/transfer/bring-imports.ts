import type { Cache } from '../cache/cache.ts';
import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import type { ObjectId } from '../hashing/object-id.ts';
import type { Project } from '../project/project.ts';
import { isRepoImport } from '../project/stage.ts';
import type { SelectedOutput } from '../project/target.ts';
import type { BringOutcome, ImportBringer } from './bring-outputs.ts';
import { endsCommand, type MissingObject, missingObject } from './missing-object.ts';
import { contentOf, type PinnedContent, pinnedContent } from './pinned-content.ts';
import type { RemotePool } from './remote-pool.ts';

/** What bringing imports works with. */
export interface ImportContext {
  readonly project: Project;
  /**
   * The folder on this machine that relative sources and URLs of the project are meant from: where a fetched source really lies, `undefined` for one that is
   * elsewhere. The user's own project is where it is.
   */
  readonly origin: { readonly root: string; readonly cwd: string } | undefined;
  readonly cache: Cache;
  readonly pool: RemotePool;
  readonly jobs: number | undefined;
  readonly context: OperationContext;
  /** How many imports of imports led here. */
  readonly depth: number;
}

/** What bringing one import did. */
export interface BroughtImport {
  /** The object that stands for the output, now in the cache with everything it lists (or what was selected of it). */
  readonly id: ObjectId;
  readonly fetched: number;
  readonly files: number;
  readonly bytes: number;
  readonly missing: readonly MissingObject[];
}

/** A chain of imports longer than this is taken for a circle. */
const longestChain = 16;

/**
 * Brings imported outputs from where they come: `dvc import` from the source repository at its locked revision, `import-url` data that is not
 * on our remote from its URL. What is complete in the cache already is not asked for. One import's failure does not stop the others.
 */
export function importBringer(options: ImportContext): ImportBringer {
  return async (outputs) => {
    const contents: PinnedContent[] = [];
    const missing: MissingObject[] = [];
    const sum = { fetched: 0, files: 0, bytes: 0 };
    for (const selected of outputs) {
      try {
        const cached = await cachedContent(selected, options.cache);
        if (cached !== undefined) {
          contents.push(cached);
          continue;
        }
        const brought = await bringOne(selected, options);
        sum.fetched += brought.fetched;
        sum.files += brought.files;
        sum.bytes += brought.bytes;
        missing.push(...brought.missing);
        contents.push(await contentOf(selected, brought.id, options.cache));
      } catch (error) {
        options.context.signal.throwIfAborted();
        if (endsCommand(error)) throw error;
        const { output } = selected;
        missing.push(missingObject({ path: output.path, id: output.id ?? { algorithm: 'md5', value: '' } }, undefined, error));
        const known = await pinnedContent(selected, options.cache);
        if (known !== undefined) contents.push(known);
      }
    }
    return { contents, ...sum, missing, nearby: new Map() } satisfies BringOutcome;
  };
}

async function bringOne(selected: SelectedOutput, options: ImportContext): Promise<BroughtImport> {
  if (options.depth >= longestChain) {
    throw new DatapinError(
      'unsupported',
      `'${selected.output.stage.address}' imports from a chain of more than ${longestChain} repositories, or a circle`,
    );
  }
  if (isRepoImport(selected.output.stage)) {
    const { bringFromRepository } = await import('./import-repository.ts');
    return bringFromRepository(selected, options);
  }
  const { bringFromUrl } = await import('./import-url.ts');
  return bringFromUrl(selected, options);
}

/** The content of an output that is complete in the cache. */
async function cachedContent(selected: SelectedOutput, cache: Cache): Promise<PinnedContent | undefined> {
  const content = await pinnedContent(selected, cache);
  if (content?.files === undefined) return undefined;
  for (const file of content.files) if (!cache.has(file.id)) return undefined;
  return content;
}
