import type { Cache } from '../cache/cache.ts';
import type { OperationContext } from '../events.ts';
import type { DirectoryEntry } from '../formats/directory-object.ts';
import type { Project } from '../project/project.ts';
import type { Output } from '../project/stage.ts';
import { indexPinned } from '../status/data-index.ts';

/** Tells the files of directories, fetching their lists into the cache where it lacks them. */
export interface DirectoryReader extends AsyncDisposable {
  /** `undefined` when neither cache nor remote has the list. Rejects with a remote's failure. */
  readonly filesOf: (output: Output) => Promise<Iterable<DirectoryEntry> | undefined>;
}

/** A reader for the outputs of a project; remotes are opened only when one is needed. */
export function directoryReader(project: Project | undefined, cache: Cache | undefined, context: OperationContext): DirectoryReader {
  if (!project || !cache) return { filesOf: async () => undefined, [Symbol.asyncDispose]: async () => {} };
  return {
    filesOf: async (output) => {
      const pinned = indexPinned([output], cache).get(output.path);
      const known = await pinned?.files();
      const id = pinned?.entry.id;
      if (known !== undefined || id === undefined) return known ?? [];
      const { fetchDirectory } = await import('./fetch-directory.ts');
      await fetchDirectory(project, { output, id, cache }, context);
      return pinned?.files();
    },
    [Symbol.asyncDispose]: async () => {
      cache[Symbol.dispose]();
    },
  };
}
