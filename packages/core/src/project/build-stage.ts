import { isAbsolute, posix, relative, sep } from 'node:path';

import type {
  DeclaredOutput,
  DeclaredStage,
  DependencyRecord,
  LockedStage,
  OutputRecord,
  RecordedHash,
  StageFile,
} from '../formats/metafile.ts';
import { isObjectValue, type ObjectId } from '../hashing/object-id.ts';
import type { Dependency, Output, Stage } from './stage.ts';

interface Place {
  /** Absolute project root; paths below it may be written absolutely. */
  readonly root: string;
  /** The metafile, relative to the root. */
  readonly file: string;
}

type MutableStage = { -readonly [Key in keyof Stage]: Stage[Key] };

/** The stage of a `.dvc` file. */
export function stageOfDvcFile(place: Place, content: StageFile): Stage {
  const wdir = resolveWdir(place, content.wdir);
  const stage: MutableStage = {
    address: place.file,
    file: place.file,
    name: undefined,
    wdir,
    frozen: content.frozen,
    alwaysChanged: content.alwaysChanged,
    cmd: undefined,
    lockedCmd: undefined,
    checksum: content.md5,
    content,
    deps: [],
    outs: [],
    params: new Map(),
    lockedParams: new Map(),
  };
  stage.deps = content.deps.map((record) => dependency(stage, place.root, record));
  stage.outs = content.outs.map((record) => output(stage, place.root, { record, kind: 'out' }));
  return stage;
}

/** A stage of a `dvc.yaml`, with the hashes and params that `dvc.lock` has for it. */
export function stageOfPipeline(place: Place, declared: DeclaredStage, locked: LockedStage | undefined): Stage {
  const wdir = resolveWdir(place, declared.wdir);
  const stage: MutableStage = {
    address: place.file === 'dvc.yaml' ? declared.name : `${place.file}:${declared.name}`,
    file: place.file,
    name: declared.name,
    wdir,
    frozen: declared.frozen,
    alwaysChanged: declared.alwaysChanged,
    cmd: declared.cmd,
    lockedCmd: locked?.cmd,
    checksum: undefined,
    content: undefined,
    deps: [],
    outs: [],
    params: new Map([...declared.params].map(([file, keys]) => [posix.normalize(posix.join(wdir, file)), keys])),
    lockedParams: locked?.params ?? new Map(),
  };
  const lockedDeps = new Map(locked?.deps.map((record) => [record.path ?? '', record]));
  stage.deps = declared.deps.map((path) => dependency(stage, place.root, { ...byWrittenPath(lockedDeps, path), path }));
  const lockedOuts = new Map(locked?.outs.map((record) => [record.path, record]));
  stage.outs = declared.outs.map((out) =>
    output(stage, place.root, { record: mergeOutput(out, byWrittenPath(lockedOuts, out.path)), kind: out.kind }),
  );
  return stage;
}

/** DVC writes paths into `dvc.lock` normalised, whatever `dvc.yaml` says (`./data`). */
function byWrittenPath<T>(records: ReadonlyMap<string, T>, path: string): T | undefined {
  return records.get(path) ?? records.get(posix.normalize(path).replace(/\/$/u, ''));
}

/** Flags come from `dvc.yaml`, what is pinned from `dvc.lock`. */
function mergeOutput(declared: DeclaredOutput, locked: OutputRecord | undefined): OutputRecord {
  const { kind: _kind, ...flags } = declared;
  if (!locked) return flags;
  const { cache: _cache, persist: _persist, push: _push, ...pinned } = locked;
  return { ...pinned, ...flags };
}

function output(stage: Stage, root: string, { record, kind }: Pick<Output, 'record' | 'kind'>): Output {
  return { stage, record, kind, id: objectIdOf(record.hash), ...resolvePath(root, stage.wdir, record.path) };
}

function dependency(stage: Stage, root: string, record: DependencyRecord): Dependency {
  if (record.repo !== undefined || record.path === undefined) return { stage, record, path: record.path ?? '', external: true };
  return { stage, record, ...resolvePath(root, stage.wdir, record.path) };
}

/** The object a recorded hash names. Anything that is no object name must never become a path. */
export function objectIdOf(hash: RecordedHash | undefined): ObjectId | undefined {
  if (hash === undefined || (hash.name !== 'md5' && hash.name !== 'md5-dos2unix') || !isObjectValue(hash.value)) return undefined;
  return { algorithm: hash.name, value: hash.value };
}

function resolveWdir(place: Place, wdir: string | undefined): string {
  const folder = posix.dirname(place.file);
  const resolved = posix.normalize(posix.join(folder, wdir ?? '.')).replace(/\/$/u, '');
  return resolved === '.' ? '' : resolved;
}

/** A path as a metafile writes it → relative to the project root, or as written when it leads elsewhere. */
function resolvePath(root: string, wdir: string, written: string): { readonly path: string; readonly external: boolean } {
  if (/^[a-z][a-z0-9+.-]*:\/\//iu.test(written)) return { path: written, external: true };
  const path = isAbsolute(written)
    ? relative(root, written).split(sep).join('/')
    : posix.normalize(posix.join(wdir, written)).replace(/\/$/u, '');
  const outside = path === '' || path === '.' || path === '..' || path.startsWith('../') || isAbsolute(path);
  return outside ? { path: written, external: true } : { path, external: false };
}
