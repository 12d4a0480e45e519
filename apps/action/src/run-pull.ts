import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import {
  checkRemote,
  fetch,
  type FetchResult,
  objectKey,
  objectName,
  type PinnedContent,
  planPull,
  pull,
  type PullPlan,
} from '@datapin/core';

import { cachePolicy } from './cache/cache-policy.ts';
import { type CachedOutput, type EntryPlan, outputPlace, planEntries } from './cache/cache-entries.ts';
import { type CacheRestore, restoreEntries } from './cache/restore-entries.ts';
import { type PlannedEntry, withinLimit, writeSavePlan } from './cache/save-plan.ts';
import { canRestore, canSave } from './cache/service-state.ts';
import { comparePins } from './compare-pins.ts';
import { checkSpace } from './disk-space.ts';
import { formatBytes } from './format-bytes.ts';
import type { Inputs } from './inputs.ts';
import { type FileSource, type ManifestPart, writeManifest } from './manifest.ts';
import { type OpenProject, openProjects, type RunPlace } from './open-projects.ts';
import type { MissingFile, Outcome } from './outcome.ts';
import { joined, metafileOf, type PinRow, placeOfPin } from './pins.ts';
import { printable } from './printable.ts';
import { needsCredentials } from './private-remotes.ts';
import type { Annotation } from './runner.ts';

/** What a run tells while it goes on. */
export interface RunLog {
  info(line: string): void;
  notice(annotation: Annotation): void;
}

/** What one project came to. */
interface ProjectResult {
  readonly open: OpenProject;
  readonly contents: readonly PinnedContent[];
  readonly dataHash: string;
  readonly fetched: Pick<FetchResult, 'nearby' | 'downloaded'>;
  /** Files put in place; `undefined` where nothing was to be placed. */
  readonly placed: ReadonlySet<string> | undefined;
  readonly missing: readonly MissingFile[];
}

/**
 * Does what the inputs ask for. `outcome` is filled as things become known. Rejects with what concerns all of the run; single files that do not come
 * are in `outcome.missing`. Resolves with the path of the plan for the step's post part, where there is something to save.
 */
export async function runPull(
  inputs: Inputs,
  place: RunPlace,
  { outcome, log }: { readonly outcome: Outcome; readonly log: RunLog },
): Promise<string | undefined> {
  await using opened = await openProjects(inputs, place);
  const { projects, rev } = opened;
  outcome.rev = rev;
  outcome.roots = projects.map(({ run }) => run.prefix || '.');

  const plans: PullPlan[] = [];
  for (const { project, request } of projects) plans.push(await planPull(project, request));
  outcome.dataHash = joinHashes(plans.map(({ dataHash }) => dataHash));
  const lacking = plans.reduce((sum, plan) => sum + plan.lackingFiles, 0);
  const selected = plans.reduce((sum, plan) => sum + plan.contents.length, 0);
  const total = plans.reduce((sum, plan) => ({ files: sum.files + plan.files, bytes: sum.bytes + plan.bytes }), { files: 0, bytes: 0 });
  log.info(
    `${selected} pins of ${projects.length === 1 ? '1 repository' : `${projects.length} repositories`}: ${total.files} files, ${formatBytes(total.bytes)}; the local cache lacks ${lacking} files`,
  );

  const policy = cachePolicy({
    inputs,
    event: place.event,
    remoteIsPrivate: projects.some(({ project }) => needsCredentials(project.config, inputs.remote)),
    isAvailable: canRestore(place.env) || canSave(place.env),
  });
  outcome.cacheReason = policy.reason;
  outcome.cacheResult = policy.result !== 'on' ? policy.result : policy.restore && canRestore(place.env) ? 'exact' : 'miss';
  log.info(policy.reason);
  if (policy.notice) log.notice({ level: 'notice', title: 'datapin: cache-off', message: policy.reason });

  const entries = policy.result === 'on' ? planEntries(cachedOutputs(projects, plans), inputs.cachePrefix) : [];
  outcome.cacheKeys = entries.map(({ key }) => key);
  using restore = restoreOf({ inputs, place, entries: policy.restore && canRestore(place.env) ? entries : [], outcome });

  if (inputs.mode === 'pull' || inputs.mode === 'fetch') {
    checkSpace(
      projects.map(({ project, destination }, index) => ({
        cacheDir: project.config.cache.dir,
        destination: inputs.mode === 'pull' ? (destination ?? project.root) : undefined,
        bytes: plans[index]?.lackingBytes ?? 0,
        links: project.config.cache.types,
      })),
    );
  }

  const results: ProjectResult[] = [];
  for (const [index, open] of projects.entries()) {
    const plan = plans[index];
    if (plan !== undefined) results.push(await runProject(open, { plan, inputs, place, restore, outcome }));
  }
  outcome.dataHash = joinHashes(results.map(({ dataHash }) => dataHash));
  outcome.missing = results.flatMap(({ missing }) => missing);
  outcome.complete = inputs.mode === 'plan' ? lacking === 0 : outcome.missing.length === 0;
  outcome.cacheHit = outcome.complete && outcome.downloadedFiles === 0 && (inputs.mode === 'pull' || inputs.mode === 'fetch');
  const lookedUp = restore.lookedUp();
  if (policy.result === 'on' && lookedUp.length > 0) {
    const used = lookedUp.filter(({ outcome: one }) => one === 'exact' || one === 'older').length;
    outcome.cacheResult = lookedUp.every(({ outcome: one }) => one === 'exact')
      ? 'exact'
      : used > 0
        ? 'partial'
        : lookedUp.every(({ outcome: one }) => one === 'failed')
          ? 'unavailable'
          : 'miss';
  }
  if (restore.damagedObjects.size > 0) {
    outcome.warnings.push({
      title: 'datapin: cache-damaged',
      message: `${restore.damagedObjects.size} objects in the Actions cache were not what they were called. None of them was used. Entries never change: delete them in the repository's list of caches, or change the input cache-prefix.`,
    });
  }

  outcome.pins = results.flatMap((result) => rowsOf(result, inputs));
  await comparePins(projects, { inputs, place, outcome });
  outcome.manifest = manifestOf(results, { place, rev, inputs });
  return policy.save && canSave(place.env) ? planSave({ results, entries, restore, inputs, place, log }) : undefined;
}

/** One project's hash stays its own; several become one. */
function joinHashes(hashes: readonly string[]): string {
  const [only = '', ...others] = hashes;
  return others.length === 0 ? only : createHash('sha256').update(hashes.join('\n')).digest('hex');
}

function cachedOutputs(projects: readonly OpenProject[], plans: readonly PullPlan[]): readonly CachedOutput[] {
  return projects.flatMap(({ cacheName, part }, index) =>
    (plans[index]?.contents ?? []).map(({ selected, directory }) => ({
      selected,
      root: cacheName,
      part: directory === undefined ? '' : part,
    })),
  );
}

function restoreOf({
  inputs,
  place,
  entries,
  outcome,
}: {
  readonly inputs: Inputs;
  readonly place: RunPlace;
  readonly entries: readonly EntryPlan[];
  readonly outcome: Outcome;
}): CacheRestore {
  return restoreEntries({
    entries,
    client: async () => (await import('./cache/cache-client.ts')).openCacheClient(),
    temp: join(place.temp, `datapin-restore-${randomUUID()}`),
    timeout: inputs.cacheTimeout,
    signal: place.context.signal,
    warn: (message) => void outcome.warnings.push({ title: 'datapin: cache-failed', message: printable(message) }),
  });
}

interface ProjectWork {
  readonly plan: PullPlan;
  readonly inputs: Inputs;
  readonly place: RunPlace;
  readonly restore: CacheRestore;
  readonly outcome: Outcome;
}

/** Does the work for one project and adds its numbers up. */
async function runProject(open: OpenProject, { plan, inputs, place, restore, outcome }: ProjectWork): Promise<ProjectResult> {
  const { project, destination, cacheName } = open;
  const request = { ...open.request, nearby: restore.forRoot(cacheName) };
  const nothing = { nearby: new Map<string, number>(), downloaded: new Set<string>() };
  switch (inputs.mode) {
    case 'plan':
      outcome.files += plan.files;
      outcome.bytes += plan.bytes;
      return { open, contents: plan.contents, dataHash: plan.dataHash, fetched: nothing, placed: undefined, missing: [] };
    case 'check': {
      const { files, bytes, missing, contents, dataHash } = await checkRemote(project, open.request, place.context);
      outcome.files += files;
      outcome.bytes += bytes;
      // Imports are not ours to push; they belong to the data all the same.
      return {
        open,
        contents,
        dataHash: plan.dataHash || dataHash,
        fetched: nothing,
        placed: undefined,
        missing: placesOf(missing, contents, open),
      };
    }
    case 'fetch': {
      const fetched = await fetch(project, { ...request, maxSize: undefined, types: [] }, place.context);
      addDownloads(outcome, fetched);
      const after = await planPull(project, open.request);
      outcome.files += after.files - after.lackingFiles;
      outcome.bytes += after.bytes - after.lackingBytes;
      return {
        open,
        contents: fetched.contents,
        dataHash: after.dataHash,
        fetched,
        placed: undefined,
        missing: placesOf(fetched.missing, fetched.contents, open),
      };
    }
    case 'pull': {
      const pulled = await pull(project, { ...request, destination, force: false, allowMissing: !inputs.failOnMissing }, place.context);
      addDownloads(outcome, pulled.fetch);
      outcome.files += pulled.files;
      outcome.bytes += pulled.bytes;
      const { contents } = pulled.fetch;
      const failed = pulled.checkout.failed.filter(
        (path) => !pulled.fetch.missing.some((one) => one.path === path || one.path.startsWith(`${path}/`)),
      );
      const unplaced = failed.map((path) => ({
        path,
        hash: '',
        remote: undefined,
        reason: 'failed' as const,
        code: 'checkout-incomplete' as const,
        message: `'${path}' is not in place`,
      }));
      return {
        open,
        contents,
        dataHash: pulled.dataHash,
        fetched: pulled.fetch,
        placed: pulled.placed,
        missing: placesOf([...pulled.fetch.missing, ...unplaced], contents, open),
      };
    }
  }
}

function addDownloads(outcome: Outcome, { files, bytes, nearby }: FetchResult): void {
  outcome.downloadedFiles += files;
  outcome.downloadedBytes += bytes;
  for (const name of nearby.keys()) if (!name.endsWith('.dir')) outcome.restoredFiles += 1;
}

function placesOf(missing: FetchResult['missing'], contents: readonly PinnedContent[], { run }: OpenProject): readonly MissingFile[] {
  return missing.map((one) => ({ ...one, metafile: placeOfPin(one.path, contents, run), project: run }));
}

function rowsOf(result: ProjectResult, { mode }: Inputs): readonly PinRow[] {
  const { run } = result.open;
  return result.contents.map((content) => {
    const { output, within } = content.selected;
    const { record, id } = output;
    return {
      path: joined(run.placedAt, output.path),
      metafile: joined(run.prefix, metafileOf(output)),
      hash: id?.value ?? '',
      files: within === undefined ? (record.nfiles ?? (content.directory === undefined ? 1 : undefined)) : undefined,
      bytes: within === undefined ? record.size : undefined,
      source: mode === 'plan' || mode === 'check' ? '' : sourceOfPin(result, content),
      change: '',
    };
  });
}

function sourceOfFile({ fetched, placed, missing }: ProjectResult): (name: string, path: string) => FileSource {
  const absent = new Set(missing.map(({ path }) => path));
  return (name, path) => {
    if (absent.has(path)) return 'missing';
    if (fetched.nearby.has(name)) return 'actions-cache';
    if (fetched.downloaded.has(name)) return 'remote';
    return placed !== undefined && !placed.has(path) ? 'workspace' : 'local-cache';
  };
}

/** Where most of an output came from, in words; `missing` as soon as any of it is. */
function sourceOfPin(result: ProjectResult, content: PinnedContent): string {
  if (content.files === undefined) return 'missing';
  const sourceOf = sourceOfFile(result);
  const sources = new Set<FileSource>();
  for (const { id, path } of content.files) sources.add(sourceOf(objectName(id), path));
  return sources.has('missing') ? 'missing' : [...sources].sort().join(', ');
}

function manifestOf(
  results: readonly ProjectResult[],
  { place, rev, inputs }: { readonly place: RunPlace; readonly rev: string; readonly inputs: Inputs },
): string {
  const path = join(place.temp, `datapin-manifest-${randomUUID()}.json`);
  const parts = results.map((result): ManifestPart => {
    const sourceOf = sourceOfFile(result);
    return {
      placedAt: result.open.run.placedAt,
      contents: result.contents,
      cacheDir: result.open.project.config.cache.dir,
      sizes: result.fetched.nearby,
      sourceOf:
        inputs.mode === 'pull' || inputs.mode === 'fetch'
          ? sourceOf
          : (name, file) => (sourceOf(name, file) === 'missing' ? 'missing' : 'remote'),
    };
  });
  mkdirSync(place.temp, { recursive: true });
  writeManifest(path, { rev, parts });
  return path;
}

interface SaveContext {
  readonly results: readonly ProjectResult[];
  readonly entries: readonly EntryPlan[];
  readonly restore: CacheRestore;
  readonly inputs: Inputs;
  readonly place: RunPlace;
  readonly log: RunLog;
}

/** Notes what the post part is to save: entries that were looked for in vain, or found in an older version, and whose outputs are complete now. */
function planSave({ results, entries, restore, inputs, place, log }: SaveContext): string | undefined {
  const known = new Map(restore.lookedUp().map(({ plan, outcome }) => [plan.key, outcome]));
  // A run that may only write asks for nothing; the service says what it has already.
  const isUnknown = !canRestore(place.env);
  const toSave = entries.filter(({ key }) => known.get(key) === 'none' || known.get(key) === 'older' || isUnknown);
  const byPlace = new Map(
    results.flatMap((result) =>
      result.contents.map((content) => [outputPlace(result.open.cacheName, content.selected.output.path), { result, content }] as const),
    ),
  );
  const planned: PlannedEntry[] = [];
  for (const { shard, key, places } of toSave) {
    const objects = new Map<string, PlannedEntry['objects'][number]>();
    let isComplete = true;
    for (const one of places) {
      const found = byPlace.get(one);
      const { content, result } = found ?? {};
      if (content?.files === undefined || result === undefined) {
        isComplete = false;
        break;
      }
      const dir = result.open.project.config.cache.dir;
      const absent = new Set(result.missing.map(({ path }) => path));
      const { directory, files } = content;
      if (directory !== undefined) objects.set(objectName(directory.id), { id: directory.id, path: `${dir}/${objectKey(directory.id)}` });
      for (const { id, path } of files) {
        if (absent.has(path)) isComplete = false;
        objects.set(objectName(id), { id, path: `${dir}/${objectKey(id)}` });
      }
    }
    const bytes = entries.find((entry) => entry.key === key)?.bytes ?? 0;
    if (isComplete && objects.size > 0) planned.push({ shard, key, bytes, objects: [...objects.values()] });
  }
  const { kept, left } = withinLimit(planned, inputs.cacheMaxSize);
  if (left > 0) {
    log.notice({
      level: 'notice',
      title: 'datapin: cache-too-large',
      message: `${left} of ${planned.length} entries are not saved in the Actions cache: together they are larger than cache-max-size (${formatBytes(inputs.cacheMaxSize)}).`,
    });
  }
  if (kept.length === 0) return undefined;
  const path = join(place.temp, `datapin-save-${randomUUID()}.json`);
  writeSavePlan(path, { entries: kept });
  return path;
}
