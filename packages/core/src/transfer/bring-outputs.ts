import type { Cache } from '../cache/cache.ts';
import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import type { DirectoryEntry } from '../formats/directory-object.ts';
import { type HashAlgorithm, isDirectoryId, type ObjectId } from '../hashing/object-id.ts';
import type { Output } from '../project/stage.ts';
import { isRepoImport } from '../project/stage.ts';
import type { SelectedOutput } from '../project/target.ts';
import { downloadObjects } from './download-objects.ts';
import type { MissingObject } from './missing-object.ts';
import { type NearbyFeed, nearbyFeed, type NearbyObjects } from './nearby-objects.ts';
import { type PinnedContent, pinnedContent } from './pinned-content.ts';
import type { RemotePool } from './remote-pool.ts';
import { totalSize } from './progress.ts';
import { distinct, objectName, type WantedObject } from './wanted-object.ts';

/** What {@link bringOutputs} works with. */
export interface BringOptions {
  readonly cache: Cache;
  readonly pool: RemotePool;
  /** `-r`: outputs that name another remote themselves are not fetched then. */
  readonly remote: string | undefined;
  readonly context: OperationContext;
  /** Larger files are left out, bytes. */
  readonly maxSize?: number | undefined;
  /** Gets the contents of imports from where they come; see `import-source.ts`. */
  readonly imports: ImportBringer;
  /** Asked before any remote. */
  readonly nearby?: NearbyObjects | undefined;
  /** Leaves out parts of what is selected that targets cannot name; told once the files of an output are known. */
  readonly narrow?: ((content: PinnedContent) => PinnedContent) | undefined;
  /** Told what the outputs consist of before files are downloaded; may reject to stop. */
  readonly planned?: (contents: readonly PinnedContent[]) => Promise<void>;
  /** Told whenever an object has come into the cache; may ask to be waited for. */
  readonly arrived?: (wanted: WantedObject) => Promise<void> | undefined;
}

/** Brings imported outputs that our own remote does not hold. */
export type ImportBringer = (outputs: readonly SelectedOutput[]) => Promise<BringOutcome>;

export interface BringOutcome {
  /** One for each output that has a pin, those whose directory object is missing included. */
  readonly contents: readonly PinnedContent[];
  /** Objects that came, directory objects included. */
  readonly fetched: number;
  readonly files: number;
  readonly bytes: number;
  readonly missing: readonly MissingObject[];
  /** Names of the objects that came from nearby, with their sizes: no part of the numbers above. */
  readonly nearby: ReadonlyMap<string, number>;
}

/** The remote that holds an output's data: what its metafile names, else what the command names; `undefined` for the default. */
export function remoteNameOf(output: Output, requested: string | undefined): string | undefined {
  return output.record.cloud?.remote ?? output.record.files?.[0]?.cloud?.remote ?? output.record.remote ?? requested;
}

/** Whether a command with `-r` leaves the output alone because its data is elsewhere (DVC does the same). */
export function isElsewhere(output: Output, requested: string | undefined): boolean {
  return requested !== undefined && remoteNameOf(output, requested)?.toLowerCase() !== requested.toLowerCase();
}

/**
 * Brings what outputs pin into the cache: directory objects first, then the files that they list, each object once. Nothing is asked
 * beforehand: an object that the cache lacks is requested, and "not there" is the remote's answer. What is nearby is taken from there.
 */
export async function bringOutputs(selection: readonly SelectedOutput[], options: BringOptions): Promise<BringOutcome> {
  const { cache, context } = options;
  const cached = selection.filter(({ output }) => output.record.cache);
  const isImport = ({ output }: SelectedOutput): boolean => isRepoImport(output.stage) || isFromUrl(output);
  const own = cached.filter((selected) => !isImport(selected) && pins(selected.output));
  const imports = cached.filter(isImport);
  const isHere = ({ output }: SelectedOutput): boolean => !isElsewhere(output, options.remote);
  const remoteOf = ({ selected: { output } }: PinnedContent): string | undefined => remoteNameOf(output, options.remote);

  const missing: MissingObject[] = [];
  const contents: PinnedContent[] = [];
  /** Keeps what is known here; returns what is not. */
  const read = async (outputs: readonly SelectedOutput[]): Promise<readonly PinnedContent[]> => {
    const unknown: PinnedContent[] = [];
    for (const selected of outputs) {
      const content = await readContent(selected, cache);
      if (content instanceof DatapinError) missing.push(damagedDirectory(selected.output, content));
      else if (content !== undefined) (content.files === undefined ? unknown : contents).push(content);
    }
    return unknown;
  };

  let unknown = await read(own);
  const near = await openNearby([...own.filter(isHere), ...imports.filter(({ output }) => pins(output))], options);
  await using _ = { [Symbol.asyncDispose]: async () => near?.feed.end() };
  if (near !== undefined) {
    await takeDirectories(near, imports, cache);
    unknown = await read(unknown.map(({ selected }) => selected));
  }

  const imported = await options.imports(imports);
  let { fetched, files, bytes } = imported;
  missing.push(...imported.missing);
  const bring = async (remote: string | undefined, objects: readonly WantedObject[], totalBytes?: number): Promise<void> => {
    const outcome = await downloadObjects(options.pool, remote, objects, {
      cache,
      context,
      totalBytes,
      arrived: (wanted) => void options.arrived?.(wanted),
    });
    fetched += outcome.fetched.length;
    bytes += outcome.bytes;
    files += outcome.fetched.filter(({ id }) => !id.value.endsWith('.dir')).length;
    missing.push(...outcome.missing);
  };
  const toAsk = unknown.filter(({ selected }) => isHere(selected));
  for (const [remote, directories] of Map.groupBy(toAsk, remoteOf)) {
    await bring(remote, distinct(directories.flatMap(({ directory }) => directory ?? [])));
  }
  contents.push(...(await read(unknown.map(({ selected }) => selected))));

  const narrow = options.narrow ?? ((content: PinnedContent): PinnedContent => content);
  const kept = contents.map(narrow).filter(isSomething);
  const all = [...imported.contents.map(narrow).filter(isSomething), ...kept];
  await options.planned?.(all);

  const wanted = kept.filter(({ selected }) => isHere(selected));
  if (near !== undefined) {
    const absent = new Map(absentFiles(wanted, options).map((file) => [objectName(file.id), file]));
    const arrived = (id: WantedObject['id']): Promise<void> | undefined => {
      const file = absent.get(objectName(id));
      return file && options.arrived?.(file);
    };
    await near.feed.take(new Set(absent.keys()), { arrived });
  }
  const taken = near?.feed.taken;
  for (const [remote, some] of Map.groupBy(wanted, remoteOf)) {
    const absent = absentFiles(some, options, taken?.keys());
    await bring(remote, absent, absentBytes(some, absent, cache));
  }
  for (const content of kept) await storeListing(content, cache);
  return { contents: all, fetched, files, bytes, missing, nearby: near?.feed.taken ?? new Map() };
}

/** Whether anything of an output is left when parts are left out. */
export function isSomething({ selected: { within } }: PinnedContent): boolean {
  return within === undefined || within.length > 0;
}

interface Nearby {
  readonly feed: NearbyFeed;
  /** Outputs whose objects the cache lacks. */
  readonly lacking: readonly SelectedOutput[];
}

/** Nearby is only asked for outputs that are not all here. */
async function openNearby(outputs: readonly SelectedOutput[], options: BringOptions): Promise<Nearby | undefined> {
  if (options.nearby === undefined) return undefined;
  const lacking: SelectedOutput[] = [];
  for (const selected of outputs) {
    const content = await readContent(selected, options.cache);
    if (content === undefined || content instanceof DatapinError) continue;
    if (content.files === undefined || absentFiles([content], options).length > 0) lacking.push(selected);
  }
  if (lacking.length === 0) return undefined;
  return { feed: nearbyFeed(options.nearby, lacking, options), lacking };
}

/** Takes directory objects from nearby, and all of imports, whose source is not asked for what is here. */
async function takeDirectories({ feed, lacking }: Nearby, imports: readonly SelectedOutput[], cache: Cache): Promise<void> {
  const namesOf = (outputs: readonly SelectedOutput[], only: (id: ObjectId) => boolean): Set<string> =>
    new Set(outputs.flatMap(({ output: { id } }) => (id !== undefined && only(id) ? [objectName(id)] : [])));
  await feed.takeDirectories(namesOf(lacking, (id) => isDirectoryId(id) && !cache.has(id)));
  const imported = new Set(imports);
  const files = async (outputs: readonly SelectedOutput[]): Promise<Set<string>> => {
    const names = new Set<string>();
    for (const selected of outputs) {
      const content = await readContent(selected, cache);
      if (content === undefined || content instanceof DatapinError) continue;
      for (const { id } of content.files ?? []) if (!cache.has(id)) names.add(objectName(id));
    }
    return names;
  };
  const ofImports = await files(lacking.filter((selected) => imported.has(selected)));
  if (ofImports.size > 0) await feed.take(await files(lacking), { until: ofImports });
}

/** A directory whose files the metafile lists gets its directory object once they are all here, as DVC makes it: without it nothing counts as cached. */
async function storeListing({ selected: { output, within }, files }: PinnedContent, cache: Cache): Promise<void> {
  if (output.record.files === undefined || within !== undefined || files === undefined) return;
  const entries: DirectoryEntry[] = [];
  let algorithm: HashAlgorithm = 'md5';
  for (const { id, relpath } of files) {
    if (!cache.has(id)) return;
    entries.push({ relpath, md5: id.value });
    ({ algorithm } = id);
  }
  await cache.writeDirectory(entries, algorithm);
}

/** Whether anything is pinned for the output. */
function pins(output: Output): boolean {
  return output.id !== undefined || output.record.files !== undefined;
}

/** An `import-url` output whose bytes are only where they came from: nothing is pinned, or it is never pushed. */
function isFromUrl(output: Output): boolean {
  const { deps } = output.stage;
  return deps.length === 1 && output.stage.frozen && output.stage.cmd === undefined && (!pins(output) || !output.record.push);
}

async function readContent(selected: SelectedOutput, cache: Cache): Promise<PinnedContent | DatapinError | undefined> {
  try {
    return await pinnedContent(selected, cache);
  } catch (error) {
    if (error instanceof DatapinError && error.code === 'invalid-directory-object') return error;
    throw error;
  }
}

function damagedDirectory(output: Output, error: DatapinError): MissingObject {
  return {
    path: output.path,
    hash: output.id?.value ?? '',
    remote: undefined,
    reason: 'corrupt',
    code: error.code,
    message: error.message,
  };
}

/** What the cache lacks of contents, each object once. `here` are names of objects that it is known to have. */
function absentFiles(
  contents: readonly PinnedContent[],
  { cache, maxSize }: BringOptions,
  here: Iterable<string> = [],
): readonly WantedObject[] {
  const seen = new Set<string>(here);
  const absent: WantedObject[] = [];
  for (const content of contents) {
    for (const file of content.files ?? []) {
      const name = objectName(file.id);
      if (seen.has(name)) continue;
      seen.add(name);
      if (maxSize !== undefined && (file.size ?? 0) > maxSize) continue;
      if (!cache.has(file.id)) absent.push(file);
    }
  }
  return absent;
}

/**
 * Bytes of what is absent of contents; `undefined` when the metafiles do not tell. No file of a directory has a size of its own, but the directory
 * has one: less what is here, that is it, unless the same object is listed twice.
 */
function absentBytes(contents: readonly PinnedContent[], absent: readonly WantedObject[], cache: Cache): number | undefined {
  const sum = totalSize(absent);
  if (sum !== undefined) return sum;
  let bytes = 0;
  let listed = 0;
  for (const { selected, directory, files } of contents) {
    if (files === undefined) continue;
    const { record } = selected.output;
    const nfiles = directory === undefined && record.files === undefined ? 1 : record.nfiles;
    if (selected.within !== undefined || record.size === undefined || nfiles === undefined) return undefined;
    bytes += record.size;
    listed += nfiles;
  }
  // Nothing is here: no need to look at every object.
  if (listed === absent.length) return bytes;
  let lacking = 0;
  for (const { files } of contents) {
    for (const { id } of files ?? []) {
      const size = cache.sizeOf(id);
      if (size === undefined) lacking += 1;
      else bytes -= size;
    }
  }
  return lacking === absent.length ? bytes : undefined;
}
