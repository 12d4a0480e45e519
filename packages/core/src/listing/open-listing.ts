import { realpathSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

import { DatapinError } from '../errors.ts';
import type { OperationContext } from '../events.ts';
import { type CommitFiles, commitFiles } from '../project/commit-files.ts';
import { createDvcIgnore, type DvcIgnore } from '../project/dvc-ignore.ts';
import { type FileTree, workTreeFiles } from '../project/file-tree.ts';
import { findGit } from '../project/find-git.ts';
import { findProjectRoot } from '../project/find-root.ts';
import { openGitRepository } from '../project/git-repository.ts';
import { openProject } from '../project/open-project.ts';
import type { ProjectOptions } from '../project/project.ts';
import { readRepository } from '../project/read-repository.ts';
import { readRepositoryAt } from '../project/read-repository-at.ts';
import type { RepositoryView } from '../project/repository-view.ts';
import { fetchRevision } from './fetch-revision.ts';

/** Which repository, and how its remote is reached where directory objects have to be fetched. */
export interface ListingSource {
  /** A folder in a repository, or what git can fetch from. */
  readonly url: string;
  readonly rev: string | undefined;
  /** Default remote. */
  readonly remote: string | undefined;
  /** Options for that remote. */
  readonly remoteConfig: ReadonlyMap<string, string>;
}

/** A repository that is open for listing. Dispose it: a fetched one is removed then. */
export interface Listing extends Disposable {
  /** Absolute; `undefined` for a repository that was only fetched for this. */
  readonly root: string | undefined;
  readonly files: FileTree;
  readonly ignore: DvcIgnore;
  /** Absent for a repository without DVC. */
  readonly view: RepositoryView | undefined;
}

/**
 * Opens a folder where it is, its work tree or with `rev` a commit of it; anything else is fetched, exactly one commit. As in DVC, any folder of a
 * repository stands for all of it. Rejects with `git-failed`, `unknown-revision`, `invalid-config`.
 */
export async function openListing(options: ProjectOptions, source: ListingSource, context: OperationContext): Promise<Listing> {
  const folder = resolve(options.cwd, source.url);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) {
    return { ...(await openFolder(realpathSync(folder), options, source)), [Symbol.dispose]() {} };
  }
  const fetched = await fetchRevision(source, options.env, context);
  try {
    // What has to be fetched for listing goes where the rest goes, whatever the repository says about caches.
    const cacheDir = join(fetched.folder, '.git', 'datapin-cache');
    const configOverrides = new Map([...(options.configOverrides ?? []), ['cache.dir', cacheDir] as const]);
    const { files, ignore, view } = await openFolder(fetched.folder, { ...options, configOverrides }, { ...source, rev: undefined });
    return { root: undefined, files, ignore, view, [Symbol.dispose]: fetched[Symbol.dispose] };
  } catch (error) {
    fetched[Symbol.dispose]();
    throw error;
  }
}

async function openFolder(folder: string, options: ProjectOptions, source: ListingSource): Promise<Omit<Listing, typeof Symbol.dispose>> {
  const root = projectRootOf(folder);
  if (root === undefined) return openWithoutDvc(folder, options, source.rev);
  const project = await openProject(await withRemote({ ...options, cwd: root }, source));
  if (source.rev === undefined) {
    const view = readRepository(project);
    return { root, files: view.files, ignore: view.dvcIgnore, view };
  }
  if (!project.git) throw revisionWithoutGit(root);
  const view = await readRepositoryAt(project, await project.git.resolve(source.rev), { sizes: true });
  return { root, files: view.files, ignore: view.dvcIgnore, view };
}

function projectRootOf(folder: string): string | undefined {
  try {
    return findProjectRoot(folder);
  } catch (error) {
    if (error instanceof DatapinError && error.code === 'not-a-repository') return undefined;
    throw error;
  }
}

/** What git has at a revision; what is there in the folder itself without one, as in DVC. */
async function openWithoutDvc(
  folder: string,
  { env }: ProjectOptions,
  rev: string | undefined,
): Promise<Omit<Listing, typeof Symbol.dispose>> {
  const location = findGit(folder);
  const root = rev === undefined ? folder : (location?.workTree ?? folder);
  if (rev !== undefined && location === undefined) throw revisionWithoutGit(root);
  const files = rev === undefined || location === undefined ? workTreeFiles(root) : await filesAt(openGitRepository(location, env), rev);
  return { root, files, ignore: createDvcIgnore(files), view: undefined };
}

async function filesAt(git: ReturnType<typeof openGitRepository>, rev: string): Promise<CommitFiles> {
  const files = await commitFiles(git, { commit: await git.resolve(rev), under: '', texts: new Map(), sizes: true });
  await files.fetch((path) => path === '.dvcignore' || path.endsWith('/.dvcignore'));
  return files;
}

/** The remote's options are meant for the remote that is used, so that one has to be known first. */
async function withRemote(options: ProjectOptions, { remote, remoteConfig }: ListingSource): Promise<ProjectOptions> {
  const overrides = new Map(options.configOverrides);
  if (remote !== undefined) overrides.set('core.remote', remote);
  if (remoteConfig.size > 0) {
    const name = (await openProject({ ...options, configOverrides: overrides })).config.core.remote;
    if (name === undefined) throw new DatapinError('no-remote', 'there is no remote that the options could be meant for');
    for (const [option, value] of remoteConfig) overrides.set(`remote.${name}.${option}`, value);
  }
  return { ...options, configOverrides: overrides };
}

function revisionWithoutGit(root: string): DatapinError {
  return new DatapinError('no-git', `'${root}' is not in a git repository: it has no revisions`);
}

/** A path as typed → relative to the root of what is listed, and what its entries are printed behind. Throws `target-outside`. */
export function listedPath(listing: Listing, cwd: string, written: string | undefined): { readonly path: string; readonly prefix: string } {
  const from = listing.root === undefined ? '' : wayInside(listing.root, realpathSync(cwd));
  if (written === undefined || written === '') {
    const up = from === undefined || from === '' ? '' : '../'.repeat(from.split('/').length);
    return { path: '', prefix: up };
  }
  const base = `/${from ?? ''}`;
  const path = resolve(base, written).slice(1).split(sep).join('/');
  return { path, prefix: '' };
}

function wayInside(root: string, folder: string): string | undefined {
  const way = relative(root, folder);
  return way === '..' || way.startsWith(`..${sep}`) ? undefined : way.split(sep).join('/');
}
