import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';

import { openCache } from '../cache/file-cache.ts';
import type { Cache } from '../cache/cache.ts';
import { DatapinError } from '../errors.ts';
import { statIfThere } from '../file-stats.ts';
import type { DirectoryEntry } from '../formats/directory-object.ts';
import type { RepoReference } from '../formats/metafile.ts';
import { type HashAlgorithm, isDirectoryId, type ObjectId } from '../hashing/object-id.ts';
import type { Project } from '../project/project.ts';
import { readRepository } from '../project/read-repository.ts';
import type { Output } from '../project/stage.ts';
import type { SelectedOutput } from '../project/target.ts';
import { type BroughtImport, type ImportContext, importBringer } from './bring-imports.ts';
import { bringOutputs, type BringOutcome } from './bring-outputs.ts';
import { fetchSource, printSource } from './fetch-source.ts';
import { openSourceProject, type SourceProject } from './open-source-project.ts';
import { pinnedContent } from './pinned-content.ts';
import { remotePool } from './remote-pool.ts';

const nothing: BringOutcome = { contents: [], fetched: 0, files: 0, bytes: 0, missing: [], nearby: new Map() };

/**
 * Brings the data of a `dvc import`: the source repository is fetched at exactly the locked commit (and kept for later), the imported path is
 * looked up in it, and its objects come from the source's own cache (a local source) or remote into our cache. Files that the source keeps in
 * git are taken from the commit. Rejects with `object-corrupt` when the source's data is not what was pinned here.
 */
export async function bringFromRepository(selected: SelectedOutput, options: ImportContext): Promise<BroughtImport> {
  const { output } = selected;
  const { path, repo } = importedPath(output);
  const url = resolveUrl(repo.url, output.stage.wdir, options.origin);
  const folder = await fetchSource({ url, commit: repo.revLock }, options.project, options.context);
  const source = await openSourceProject({ folder, url, path, repo, project: options.project, metafile: output.stage.file });

  const tracked = source === undefined ? [] : await trackedOutputs(source.project, source.path);
  const brought = source === undefined ? nothing : await bringTracked(source, tracked, options);
  const missing = brought.missing.map((object) => ({ ...object, path: output.path }));

  const known = output.id;
  if (known !== undefined && (missing.length > 0 || isWhole(tracked, source?.path, known))) return { ...brought, id: known, missing };
  const [first] = missing;
  if (first !== undefined) throw new DatapinError(first.code, first.message, first.hint === undefined ? {} : { hint: first.hint });
  const id = await assemble({ folder, path, source, tracked, algorithm: known?.algorithm ?? 'md5', cache: options.cache });
  if (id === undefined) throw new DatapinError('object-missing', `'${path}' does not exist in ${printSource(repo.url)} at ${repo.revLock}`);
  if (known !== undefined && known.value !== id.value) {
    throw new DatapinError(
      'object-corrupt',
      `'${output.path}' is pinned as ${known.value}, but ${printSource(repo.url)} has ${id.value} at ${repo.revLock}`,
    );
  }
  return { ...brought, id, missing };
}

function importedPath(output: Output): { readonly path: string; readonly repo: RepoReference & { readonly revLock: string } } {
  const { stage } = output;
  const record = stage.deps[0]?.record;
  if (record?.path === undefined || record.repo === undefined)
    throw new DatapinError('invalid-metafile', `'${stage.file}' does not say what it imports`);
  const { revLock } = record.repo;
  if (revLock === undefined) {
    throw new DatapinError('unsupported', `'${stage.file}' has no 'rev_lock': the import was never carried out`, {
      hint: `Run \`dvc update ${stage.file}\` once.`,
    });
  }
  return { path: record.path, repo: { ...record.repo, revLock } };
}

/**
 * A relative URL means a folder: as seen from the metafile, from the project's root, or from where the command runs. Throws `git-failed` when none of
 * them is there.
 */
export function resolveUrl(url: string, wdir: string, project: { readonly root: string; readonly cwd: string } | undefined): string {
  if (/^[^/\\:]{2,}:/u.test(url)) return url;
  const { root, cwd } = project ?? { root: '', cwd: '' };
  const bases = isAbsolute(url) ? ['/'] : project === undefined ? [] : [join(root, wdir), root, cwd];
  for (const base of bases) {
    const path = resolve(base, url);
    if (statIfThere(path)?.isDirectory() === true) return realpathSync(path);
  }
  throw new DatapinError('git-failed', `the repository '${url}', which data is imported from, does not exist`);
}

/** What the source pins at, around or below a path. */
async function trackedOutputs(source: Project, path: string): Promise<readonly SelectedOutput[]> {
  const graph = await readRepository(source).graph();
  const around = path === '' ? undefined : graph.outputAt(path);
  if (around === undefined) return graph.outputsBelow(path).map((output) => ({ output, within: undefined }));
  return [{ output: around, within: around.path === path ? undefined : [path.slice(around.path.length + 1)] }];
}

/** Whether our pin is the source's own, so that nothing has to be put together. */
function isWhole(tracked: readonly SelectedOutput[], path: string | undefined, known: ObjectId): boolean {
  const [only] = tracked;
  return (
    tracked.length === 1 &&
    only?.output.path === path &&
    only?.output.id?.value === known.value &&
    only.output.id.algorithm === known.algorithm
  );
}

async function bringTracked(
  { project, local }: SourceProject,
  tracked: readonly SelectedOutput[],
  options: ImportContext,
): Promise<BringOutcome> {
  if (tracked.length === 0) return nothing;
  if (local !== undefined) await copyFromLocalCache(tracked, local.cacheDir, options);
  const origin = local && { root: local.root, cwd: local.root };
  await using pool = remotePool(project, options.context, { jobs: options.jobs });
  return bringOutputs(tracked, {
    cache: options.cache,
    pool,
    remote: undefined,
    context: options.context,
    imports: importBringer({ ...options, project, origin, pool, depth: options.depth + 1 }),
  });
}

/** A source on this machine may never have pushed: what its own cache has is taken from there, verified like anything else. */
async function copyFromLocalCache(tracked: readonly SelectedOutput[], dir: string, { cache, context }: ImportContext): Promise<void> {
  using local = openCache({ dir, types: [], shared: false });
  const copy = async (id: ObjectId): Promise<void> => {
    if (cache.has(id) || !local.has(id)) return;
    const stored = await cache.storeFile(local.pathOf(id), { algorithm: id.algorithm, signal: context.signal });
    if (isDirectoryId(id)) {
      // A directory object is stored under its plain hash like any file; it needs its own name.
      const listing = await local.readDirectory(id);
      if (listing !== undefined) await cache.writeDirectory([...listing], id.algorithm);
      cache.remove(stored.id);
    }
  };
  for (const selected of tracked) {
    const { id } = selected.output;
    if (id === undefined) continue;
    await copy(id);
    const content = await pinnedContent(selected, cache);
    for (const file of content?.files ?? []) await copy(file.id);
  }
}

interface Assembly {
  readonly folder: string;
  readonly path: string;
  readonly source: { readonly project: Project; readonly path: string } | undefined;
  readonly tracked: readonly SelectedOutput[];
  /** How the object is named: as our own pin is. */
  readonly algorithm: HashAlgorithm;
  readonly cache: Cache;
}

/** The object that stands for the imported path: a file of an output, a file of git, or a directory of both. `undefined`: nothing is there. */
async function assemble({ folder, path, source, tracked, algorithm, cache }: Assembly): Promise<ObjectId | undefined> {
  const entries = new Map<string, ObjectId>();
  let isDirectory = false;
  for (const selected of tracked) {
    const content = await pinnedContent(selected, cache);
    if (content?.directory !== undefined) isDirectory = true;
    for (const file of content?.files ?? []) {
      const id = file.id.algorithm === algorithm ? file.id : (await cache.storeFile(cache.pathOf(file.id), { algorithm })).id;
      entries.set(file.path.slice((source?.path.length ?? 0) + 1), id);
    }
  }
  const single = entries.get('');
  if (single !== undefined) return single;
  const place = join(folder, path);
  const kind = statSync(place, { throwIfNoEntry: false });
  if (kind?.isFile() === true) return storeGitFile(place, { folder, algorithm, cache });
  if (kind?.isDirectory() === true) {
    isDirectory = true;
    for (const file of gitFiles(place))
      entries.set(relative(place, file).split(sep).join('/'), await storeGitFile(file, { folder, algorithm, cache }));
  }
  if (!isDirectory) return undefined;
  const listed: DirectoryEntry[] = [...entries].map(([relpath, id]) => ({ relpath, md5: id.value }));
  return (await cache.writeDirectory(listed, algorithm)).id;
}

/** Files below a folder of the checkout, without those that only make sense to DVC and git (DVC: `_is_dvc_file`). */
function* gitFiles(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== '.git' && entry.name !== '.dvc') yield* gitFiles(path);
    } else if (
      !entry.name.endsWith('.dvc') &&
      entry.name !== 'dvc.yaml' &&
      entry.name !== '.dvcignore' &&
      statSync(path, { throwIfNoEntry: false })?.isFile() === true
    ) {
      yield path;
    }
  }
}

/** What stands in git for a file that Git LFS keeps (its specification, "The Pointer"); pointers have less than 1024 bytes. */
const lfsPointer = Buffer.from('version https://git-lfs.github.com/spec/v1\n');

/**
 * Symbolic links are followed as DVC does, but never out of the checkout: a source repository is no way to this machine's files.
 * A file that Git LFS keeps is refused with `unsupported`: its pointer is not its data.
 */
async function storeGitFile(
  path: string,
  { folder, algorithm, cache }: Pick<Assembly, 'folder' | 'algorithm' | 'cache'>,
): Promise<ObjectId> {
  const real = realpathSync(path);
  if (!real.startsWith(realpathSync(folder) + sep)) {
    throw new DatapinError('unsafe-path', `'${relative(folder, path)}' of the source repository is a link that leads out of it`);
  }
  if (statSync(real).size < 1024 && readFileSync(real).subarray(0, lfsPointer.length).equals(lfsPointer)) {
    throw new DatapinError(
      'unsupported',
      `'${relative(folder, path)}' of the source repository is kept in Git LFS, which cannot be imported from yet`,
    );
  }
  return (await cache.storeFile(real, { algorithm })).id;
}
