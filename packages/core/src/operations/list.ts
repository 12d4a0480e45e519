import { openCache } from '../cache/file-cache.ts';
import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import { compareCodePoints } from '../formats/code-point-order.ts';
import { directoryReader } from '../listing/directory-reader.ts';
import { type ListEntry, type MergedTree, mergedTree } from '../listing/merged-tree.ts';
import { listedPath, openListing } from '../listing/open-listing.ts';
import type { ProjectOptions } from '../project/project.ts';

export type { ListEntry } from '../listing/merged-tree.ts';

export interface ListRequest {
  /** A folder or a git URL. */
  readonly url: string;
  readonly path: string | undefined;
  readonly rev: string | undefined;
  readonly recursive: boolean;
  /** Folders at this depth are listed and not entered; only with `recursive`. */
  readonly level: number | undefined;
  readonly dvcOnly: boolean;
  readonly remote: string | undefined;
  readonly remoteConfig: ReadonlyMap<string, string>;
  /** A configuration file on top of the repository's; refused so far. */
  readonly config: string | undefined;
}

/**
 * Files and directories of a repository, those that git tracks and those that DVC tracks together, sorted by path. Paths are relative to `path`.
 * A directory whose list of files is not in the cache has it fetched. Rejects with `unknown-target` for a path that is not there, `cache-missing`,
 * `git-failed`, `unknown-revision`, `unsupported`.
 */
export async function list(options: ProjectOptions, request: ListRequest, context: OperationContext): Promise<readonly ListEntry[]> {
  if (request.config !== undefined) throw new DatapinError('unsupported', '--config is not supported for list yet');
  using listing = await openListing(options, request, context);
  const stages = (await listing.view?.stages()) ?? [];
  const cache = listing.view && openCache(listing.view.project.config.cache);
  await using reader = directoryReader(listing.view?.project, cache, context);
  const tree = mergedTree({
    files: request.dvcOnly ? undefined : listing.files,
    ignore: listing.ignore,
    outputs: stages.flatMap((stage) => stage.outs),
    filesOf: reader.filesOf,
  });
  const { path, prefix } = listedPath(listing, options.cwd, request.path);
  const top = path === '' ? undefined : await tree.entry(path);
  if (path !== '' && top === undefined) {
    // With `dvcOnly`, what only git has is there and empty.
    if (listing.files.kind(path) !== undefined) return [];
    throw new DatapinError('unknown-target', `'${request.path}' does not exist in '${request.url}'`);
  }
  const depth = request.recursive ? (request.level ?? Number.POSITIVE_INFINITY) : 1;
  const found: ListEntry[] = [];
  if (depth === 0 || top?.isDir === false) {
    const itself = top ?? (await tree.entry(''));
    if (itself) found.push({ ...itself, path: path.slice(path.lastIndexOf('/') + 1) || '.' });
  } else {
    await collect(tree, { path, prefix, depth, recursive: request.recursive }, found);
  }
  return found.sort((a, b) => compareCodePoints(a.path, b.path));
}

async function collect(
  tree: MergedTree,
  {
    path,
    prefix,
    depth,
    recursive,
  }: { readonly path: string; readonly prefix: string; readonly depth: number; readonly recursive: boolean },
  found: ListEntry[],
): Promise<void> {
  for (const [name, { entry, isLink }] of await tree.list(path)) {
    const isEnd = !entry.isDir || isLink || !recursive || depth === 1;
    if (isEnd) found.push({ ...entry, path: prefix + name });
    else await collect(tree, { path: entry.path, prefix: `${prefix}${name}/`, depth: depth - 1, recursive }, found);
  }
}
