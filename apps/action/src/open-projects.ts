import { mkdirSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';

import {
  type BringRequest,
  DatapinError,
  type FetchedRepository,
  fetchRepository,
  type KnownCommit,
  knownCommit,
  type OperationContext,
  openProject,
  planPull,
  type Project,
  type SelectedOutput,
} from '@datapin/core';

import { openDestination } from './destination.ts';
import type { RunEvent } from './event.ts';
import { gitEnvironment } from './git-credentials.ts';
import type { Inputs } from './inputs.ts';
import { loadStorage } from './load-storage.ts';
import { joined, metafileOf, type RunProject } from './pins.ts';
import { existingFolder, findRoots, slashed } from './roots.ts';
import { narrowByBoth, narrowByShard } from './shard.ts';
import { narrowByPatterns, parseTargets, type PlainSelection, type TargetPatterns } from './targets.ts';
import { refuseForkData } from './unsafe-data.ts';

/** What a run works with, besides its inputs. */
export interface RunPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly event: RunEvent;
  /** Absolute, links resolved. */
  readonly workspace: string;
  /** A folder of the job's own, which stays until the job ends. */
  readonly temp: string;
  readonly context: OperationContext;
}

/** A project that is open, with what of it is wanted. */
export interface OpenProject {
  readonly run: RunProject;
  readonly project: Project;
  readonly request: BringRequest;
  /** Absolute; `undefined` where the pins are. */
  readonly destination: string | undefined;
  /** Keeps the projects of a run apart in the cache: the same wherever the job runs. */
  readonly cacheName: string;
  /** Says for the cache which files of directories are wanted; empty for all of them. */
  readonly part: string;
}

export interface OpenProjects extends AsyncDisposable {
  readonly projects: readonly OpenProject[];
  /** The commit whose pins are read; empty outside of git. */
  readonly rev: string;
}

/**
 * Opens what the inputs are about: the projects of the workspace, of a commit of it, or of another repository. Nothing is written to the workspace.
 * Rejects with what `findRoots`, `openProject`, `knownCommit`, `fetchRepository` reject with, and with `untrusted-data`.
 */
export async function openProjects(inputs: Inputs, place: RunPlace): Promise<OpenProjects> {
  const { workspace, event } = place;
  const env = gitEnvironment(place.env, { serverUrl: event.serverUrl, token: inputs.token, workspace });
  const cleanup = new AsyncDisposableStack();
  try {
    const fetched = inputs.repository === undefined ? undefined : await fetchOther(inputs.repository, inputs, { ...place, env });
    if (fetched !== undefined) cleanup.use(fetched);
    const boundary = fetched?.folder ?? workspace;
    const base = existingFolder('working-directory', inputs.workingDirectory, boundary);
    const opened: { readonly root: string; readonly project: Project; readonly cwd: string }[] = [];
    for (const root of findRoots(base, inputs.roots, boundary)) {
      const cwd = isAtOrBelow(base, root) ? base : root;
      opened.push({
        root,
        cwd,
        project: await openProject({ cwd, env, storages: { load: loadStorage }, configOverrides: overridesOf(inputs, place) }),
      });
    }

    const known = fetched === undefined && inputs.rev !== undefined ? await commitOf(opened[0]?.project, inputs.rev, place) : undefined;
    if (known !== undefined) cleanup.use(known);
    const checkedOut = fetched === undefined ? await headOf(opened[0]?.project) : fetched.commit;
    const rev = known?.commit ?? checkedOut ?? '';
    if (!inputs.allowUnsafePrData) {
      const commits = [checkedOut, known?.commit].filter((commit) => commit !== undefined);
      refuseForkData(event, { commits, rev: inputs.rev, repository: inputs.repository, isWorkspace: fetched === undefined });
    }

    const patterns = parseTargets(inputs.targets);
    const unmatched = new Set(patterns.globs);
    const projects: OpenProject[] = [];
    const asked = await Promise.all(
      opened.map((one) => requestOf(one, { inputs, patterns, base, commit: known?.commit, matched: (glob) => unmatched.delete(glob) })),
    );
    for (const [index, { root, project }] of opened.entries()) {
      const request = asked[index];
      if (request === undefined) continue;
      const prefix = slashed(relative(boundary, root));
      const destination = destinationOf({ root, base, inputs, workspace, isFetched: fetched !== undefined });
      const placedAt = slashed(relative(workspace, destination ?? root));
      projects.push({
        run: { root, prefix, isInWorkspace: fetched === undefined && known === undefined, placedAt },
        project,
        request,
        destination,
        cacheName: joined(inputs.repository ?? '', prefix),
        part: request.narrow === undefined ? '' : JSON.stringify([patterns.globs, patterns.excludes, inputs.shard ?? null]),
      });
    }
    if (projects.length === 0) throw unknownTarget(patterns.plain);
    await meetGlobs(projects, unmatched);
    return { projects, rev, [Symbol.asyncDispose]: () => cleanup.disposeAsync() };
  } catch (error) {
    await cleanup.disposeAsync();
    throw error;
  }
}

function overridesOf(inputs: Inputs, { temp }: RunPlace): ReadonlyMap<string, string> {
  const overrides = new Map(inputs.config);
  if (inputs.link !== undefined) overrides.set('cache.type', inputs.link.join(','));
  if (inputs.cacheDir !== undefined) overrides.set('cache.dir', inputs.cacheDir);
  // What a fetched repository says about caches is meant for other machines.
  else if (inputs.repository !== undefined) overrides.set('cache.dir', join(temp, 'datapin-cache'));
  return overrides;
}

async function fetchOther(
  repository: string,
  { rev }: Inputs,
  { env, event, context, temp, workspace }: RunPlace,
): Promise<FetchedRepository> {
  const isName = /^[\w.-]+\/[\w.-]+$/u.test(repository) && !repository.startsWith('.');
  const url = isName
    ? `${event.serverUrl}/${repository}`
    : /^\.{1,2}(?:\/|$)/u.test(repository)
      ? resolve(workspace, repository)
      : repository;
  mkdirSync(temp, { recursive: true });
  return fetchRepository({ ...env, TMPDIR: temp }, { url, rev }, context);
}

async function commitOf(project: Project | undefined, rev: string, { context }: RunPlace): Promise<KnownCommit | undefined> {
  return project && knownCommit(project, { rev, remote: 'origin' }, context);
}

/** Outside of git, and where git does not work, no commit is known. */
async function headOf(project: Project | undefined): Promise<string | undefined> {
  try {
    return await project?.git?.head();
  } catch (error) {
    if (error instanceof DatapinError) return undefined;
    throw error;
  }
}

function isAtOrBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!isAbsolute(way) && way !== '..' && !/^\.\.[\\/]/u.test(way));
}

interface Wanted {
  readonly inputs: Inputs;
  readonly patterns: TargetPatterns;
  /** Where targets are relative to. */
  readonly base: string;
  readonly commit: string | undefined;
  readonly matched: (glob: string) => void;
}

/** What is wanted of one project; `undefined` when targets name nothing in it. */
async function requestOf(
  { root, project, cwd }: { readonly root: string; readonly project: Project; readonly cwd: string },
  { inputs, patterns, base, commit, matched }: Wanted,
): Promise<BringRequest | undefined> {
  const below = cwd === base ? '' : slashed(relative(base, root));
  const plain = below === '' ? patterns.plain : targetsBelow(patterns.plain, below);
  if (plain === undefined && patterns.globs.length === 0) return undefined;
  const hasGlobs = patterns.globs.length > 0;
  const request: BringRequest = {
    targets: hasGlobs ? [] : (plain ?? []),
    remote: inputs.remote,
    jobs: inputs.jobs,
    retries: inputs.retries,
    commit,
    withDeps: false,
    recursive: false,
    glob: false,
    allBranches: false,
    allTags: false,
    allCommits: false,
  };
  const way = below === '' ? slashed(relative(root, base)) : '';
  const seen = (path: string): string =>
    below === '' ? (way === '' ? path : path.startsWith(`${way}/`) ? path.slice(way.length + 1) : `../${path}`) : `${below}/${path}`;
  const narrow = narrowByBoth(
    narrowByPatterns(patterns, {
      pathsOf: ({ output }) => ({ path: seen(output.path), metafile: seen(metafileOf(output)) }),
      plain:
        hasGlobs && plain !== undefined && plain.length > 0 ? await plainSelection(project, { ...request, targets: plain }) : new Map(),
      matched,
    }),
    inputs.shard === undefined ? undefined : narrowByShard(inputs.shard),
  );
  return narrow === undefined ? request : { ...request, narrow };
}

/** Targets as seen from a project below; all of it when they name its root, or there are none. */
function targetsBelow(targets: readonly string[], root: string): readonly string[] | undefined {
  if (targets.length === 0) return [];
  const plain = targets.map((target) => target.replace(/^(?:\.\/)+/u, '').replace(/\/+$/u, ''));
  if (plain.some((target) => target === root || root.startsWith(`${target}/`) || target === '.')) return [];
  const inside = plain.filter((target) => target.startsWith(`${root}/`)).map((target) => target.slice(root.length + 1));
  return inside.length === 0 ? undefined : inside;
}

async function plainSelection(project: Project, request: BringRequest): Promise<PlainSelection> {
  const { contents } = await planPull(project, request);
  return new Map(contents.map(({ selected }) => [selected.output.path, selected.within]));
}

/** A pattern that means nothing is most likely a mistake. Throws `unknown-target`. */
async function meetGlobs(projects: readonly OpenProject[], unmatched: ReadonlySet<string>): Promise<void> {
  if (unmatched.size === 0) return;
  for (const { project, request } of projects) {
    const all: { readonly contents: readonly { readonly selected: SelectedOutput }[] } = await planPull(project, {
      ...request,
      narrow: undefined,
    });
    request.narrow?.outputs(all.contents.map(({ selected }) => selected));
  }
  if (unmatched.size > 0) throw unknownTarget([...unmatched]);
}

function unknownTarget(targets: readonly string[]): DatapinError {
  const list = targets.map((target) => JSON.stringify(target)).join(', ');
  return new DatapinError('unknown-target', `nothing that is pinned matches ${list}`, {
    hint: 'Targets are relative to the input working-directory, and patterns match paths as DVC tracks them.',
  });
}

interface DestinationRequest {
  readonly root: string;
  readonly base: string;
  readonly inputs: Inputs;
  readonly workspace: string;
  readonly isFetched: boolean;
}

/** Where the data of a project goes when it is not beside its pins: below `path` as it is below the directory that targets are relative to. */
function destinationOf({ root, base, inputs, workspace, isFetched }: DestinationRequest): string | undefined {
  if (inputs.path === undefined && !isFetched) return undefined;
  const top = openDestination(inputs.path ?? '.', workspace);
  if (!isAtOrBelow(root, base) || root === base) return realpathSync(top);
  return openDestination(join(top, relative(base, root)), workspace);
}
