import { openCache } from '../cache/file-cache.ts';
import type { Cache } from '../cache/cache.ts';
import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import { objectKey } from '../hashing/object-id.ts';
import type { Project } from '../project/project.ts';
import { isRepoImport } from '../project/stage.ts';
import type { SelectedOutput } from '../project/target.ts';
import { refuseVersionAware } from '../status/refuse-version-aware.ts';
import { isElsewhere, isSomething, remoteNameOf } from '../transfer/bring-outputs.ts';
import { downloadObjects } from '../transfer/download-objects.ts';
import { endsCommand, type MissingObject, missingObject } from '../transfer/missing-object.ts';
import { type PinnedContent, pinnedContent } from '../transfer/pinned-content.ts';
import { queryRemote } from '../transfer/query-remote.ts';
import { type RemotePool, remotePool } from '../transfer/remote-pool.ts';
import { selectForTransfer } from '../transfer/select-for-transfer.ts';
import { distinct, type WantedObject } from '../transfer/wanted-object.ts';
import { type BringRequest, narrowContent, narrowed, remoteSettings, viewOf, withGlobs } from './fetch.ts';
import { dataHashOf } from './pull.ts';

export interface CheckResult {
  /** Selected files that the remote has, and their size as far as metafiles tell. */
  readonly files: number;
  readonly bytes: number;
  /** What the remote lacks, or could not be asked about. */
  readonly missing: readonly MissingObject[];
  readonly contents: readonly PinnedContent[];
  readonly dataHash: string;
}

/**
 * Whether everything that is pinned is on its remote: what a pull elsewhere would find. Nothing is downloaded but directory objects. Data that is
 * pushed nowhere (imports from repositories, `push: false`) is left out. Rejects only when nothing can be said, as with `unsupported` for a
 * version-aware remote.
 */
export async function checkRemote(project: Project, request: BringRequest, context: OperationContext): Promise<CheckResult> {
  const view = await viewOf(project, request);
  const selection = narrowed(await selectForTransfer(view, withGlobs(request, project)), request);
  const checked = selection.filter(({ output }) => isPushed(output) && !isElsewhere(output, request.remote));
  using cache = openCache(project.config.cache);
  await using pool = remotePool(project, context, remoteSettings(request));

  const contents: PinnedContent[] = [];
  const missing: MissingObject[] = [];
  let files = 0;
  let bytes = 0;
  for (const [remote, outputs] of Map.groupBy(checked, ({ output }) => remoteNameOf(output, request.remote))) {
    const { found, absent } = await readContents(outputs, { remote, pool, cache, context });
    missing.push(...absent);
    const narrow = narrowContent(request);
    const some = narrow === undefined ? found : found.map(narrow).filter(isSomething);
    contents.push(...some);
    const lacking = await lackingOn({ contents: some.filter((content) => content.files !== undefined), remote, pool, context });
    missing.push(...lacking);
    const lost = new Set(lacking.map(({ hash }) => hash));
    for (const content of some) {
      const { size = 0, nfiles = 1 } = content.selected.output.record;
      for (const file of content.files ?? []) {
        if (lost.has(file.id.value)) continue;
        files += 1;
        bytes += file.size ?? size / Math.max(1, nfiles);
      }
    }
  }
  return { files, bytes: Math.round(bytes), missing, contents, dataHash: dataHashOf(contents) };
}

function isPushed(output: SelectedOutput['output']): boolean {
  return output.record.cache && output.record.push && output.id !== undefined && !output.external && !isRepoImport(output.stage);
}

interface Place {
  readonly remote: string | undefined;
  readonly pool: RemotePool;
  readonly context: OperationContext;
}

/** Which files directories have is only known with their objects: the cache's, else the remote's. */
async function readContents(
  outputs: readonly SelectedOutput[],
  { remote, pool, cache, context }: Place & { readonly cache: Cache },
): Promise<{ readonly found: readonly PinnedContent[]; readonly absent: readonly MissingObject[] }> {
  const known = async (): Promise<readonly PinnedContent[]> => {
    const contents: PinnedContent[] = [];
    for (const selected of outputs) {
      const content = await pinnedContent(selected, cache);
      if (content !== undefined) contents.push(content);
    }
    return contents;
  };
  const contents = await known();
  const unknown = contents.flatMap(({ directory, files }) => (files === undefined && directory !== undefined ? [directory] : []));
  if (unknown.length === 0) return { found: contents, absent: [] };
  const { missing } = await downloadObjects(pool, remote, distinct(unknown), { cache, context });
  return { found: await known(), absent: missing };
}

async function lackingOn({
  contents,
  remote: name,
  pool,
  context,
}: Place & { readonly contents: readonly PinnedContent[] }): Promise<readonly MissingObject[]> {
  const objects: WantedObject[] = [];
  for (const { directory, files } of contents) {
    if (directory !== undefined) objects.push(directory);
    for (const file of files ?? []) objects.push(file);
  }
  if (objects.length === 0) return [];
  try {
    const remote = await pool.get(name);
    refuseVersionAware(remote);
    const there = await queryRemote(
      remote,
      distinct(objects).map(({ id }) => id),
      context,
    );
    return objects
      .filter(({ id }) => !there.has(objectKey(id)))
      .map((wanted) => {
        const message = `'${wanted.path}' (object ${wanted.id.value}) is not on remote '${remote.name}' (${remote.address})`;
        return missingObject(wanted, remote.name, new DatapinError('object-missing', message));
      });
  } catch (error) {
    context.signal.throwIfAborted();
    if (endsCommand(error) || (error instanceof DatapinError && error.code === 'unsupported')) throw error;
    return objects.map((wanted) => missingObject(wanted, name, error));
  }
}
