import { contentKeys, filesList, hashNameRows, hashRows, isExternalPath, mapOf, metaRows, readContent } from './content-record.ts';
import type { DependencyRecord, OutputRecord, RepoReference, StageFile } from './metafile.ts';
import {
  type Field,
  optional,
  orNull,
  readAny,
  readBoolean,
  readChecksum,
  readFields,
  readList,
  readString,
  required,
  SchemaProblem,
} from './metafile-fields.ts';
import { readMetafile } from './metafile-reader.ts';
import { present } from './present.ts';
import { emitYaml } from './yaml-emit.ts';
import { updateYaml } from './yaml-update.ts';
import { isYamlList, isYamlMap, type YamlMap, type YamlValue } from './yaml-value.ts';

const stageKeys: ReadonlySet<string> = new Set(['md5', 'wdir', 'deps', 'outs', 'frozen', 'locked', 'always_changed', 'desc', 'meta']);
const outputKeys: ReadonlySet<string> = new Set([
  ...contentKeys,
  'path',
  'persist',
  'desc',
  'type',
  'labels',
  'meta',
  'cache',
  'remote',
  'push',
]);
const dependencyKeys: ReadonlySet<string> = new Set([...contentKeys, 'path', 'persist', 'repo', 'db']);
const repoKeys: ReadonlySet<string> = new Set(['url', 'rev', 'rev_lock', 'config', 'remote']);
const databaseKeys: ReadonlySet<string> = new Set(['query', 'connection', 'file_format', 'table']);

/**
 * Reads a `.dvc` file by DVC's schema (dvc/schema.py, SINGLE_STAGE_SCHEMA). Values are kept as written: paths are not normalised, hashes not lower-cased.
 * Rejects with `invalid-metafile`, which names `file`, the line and the key, for everything that the schema does not allow, unknown keys included.
 */
export async function parseDvcFile(text: string, file: string): Promise<StageFile> {
  return readMetafile(text, { file, read: readStage });
}

/**
 * The text of a `.dvc` file, in DVC's order of keys, what is empty or has its default left out.
 * With the text that stands in the file now, its order, comments and style are kept as DVC keeps them.
 */
export async function renderDvcFile(stage: StageFile, previousText?: string): Promise<string> {
  const map = stageMap(stage);
  return previousText === undefined ? emitYaml(map) : updateYaml(previousText, map, { file: 'the metafile' });
}

/** What a `.dvc` file says, as YAML. Also the base of the stage's own checksum. */
export function stageMap(stage: StageFile): YamlMap {
  return mapOf([
    ['desc', written(stage.desc)],
    ['md5', stage.md5],
    ['wdir', stage.wdir === undefined || normalisePath(stage.wdir) === '.' ? undefined : normalisePath(stage.wdir)],
    ['frozen', stage.frozen || undefined],
    ['deps', stage.deps.length === 0 ? undefined : stage.deps.map((dep) => dependencyMap(dep))],
    ['outs', stage.outs.length === 0 ? undefined : stage.outs.map((out) => outputMap(out))],
    ['always_changed', stage.alwaysChanged || undefined],
    ['meta', written(stage.meta)],
  ]);
}

function readStage(field: Field): StageFile {
  const fields = readFields(field, stageKeys);
  const frozen = optional(fields, 'frozen', readBoolean) ?? false;
  const locked = optional(fields, 'locked', readBoolean) ?? false;
  return present({
    md5: optional(fields, 'md5', readChecksum),
    wdir: optional(fields, 'wdir', orNull(readString, undefined)),
    frozen: frozen || locked,
    alwaysChanged: optional(fields, 'always_changed', readBoolean) ?? false,
    desc: optional(fields, 'desc', readString),
    meta: optional(fields, 'meta', readAny),
    deps: optional(fields, 'deps', orNull(readList(readDependency), [])) ?? [],
    outs: optional(fields, 'outs', orNull(readList(readOutput), [])) ?? [],
  });
}

function readOutput(field: Field): OutputRecord {
  const fields = readFields(field, outputKeys);
  const path = required(fields, 'path', readString);
  return {
    path,
    ...readContent(fields, path),
    cache: optional(fields, 'cache', readBoolean) ?? true,
    persist: optional(fields, 'persist', readBoolean) ?? false,
    push: optional(fields, 'push', readBoolean) ?? true,
    ...present({
      remote: optional(fields, 'remote', readString),
      desc: optional(fields, 'desc', readString),
      type: optional(fields, 'type', readString),
      labels: optional(fields, 'labels', readList(readString)),
      meta: optional(fields, 'meta', readAny),
    }),
  };
}

function readDependency(field: Field): DependencyRecord {
  const fields = readFields(field, dependencyKeys);
  const db = optional(fields, 'db', readDatabase);
  const path = db === undefined ? required(fields, 'path', readString) : optional(fields, 'path', readString);
  return present({
    path,
    ...readContent(fields, path),
    persist: optional(fields, 'persist', readBoolean),
    repo: optional(fields, 'repo', readRepo),
    db,
  });
}

function readRepo(field: Field): RepoReference {
  const fields = readFields(field, repoKeys);
  return present({
    url: required(fields, 'url', readString),
    rev: optional(fields, 'rev', readString),
    revLock: optional(fields, 'rev_lock', readString),
    config: optional(fields, 'config', readStringOrMap),
    remote: optional(fields, 'remote', readStringOrMap),
  });
}

function readDatabase(field: Field): YamlMap {
  const fields = readFields(field, databaseKeys);
  for (const key of databaseKeys) {
    optional(fields, key, readString);
  }
  return fields.map;
}

function readStringOrMap(field: Field): string | YamlMap {
  if (typeof field.value === 'string' || isYamlMap(field.value)) {
    return field.value;
  }
  throw new SchemaProblem('expected str or a dictionary', field.path);
}

function outputMap(out: OutputRecord): YamlMap {
  return mapOf([
    ...(out.files === undefined ? [...hashRows(out.hash), ...metaRows(out)] : []),
    ...hashNameRows(out),
    ['path', writtenPath(out.path)],
    ['fs_config', written(out.fsConfig)],
    ['desc', written(out.desc)],
    ['type', written(out.type)],
    ['labels', written(out.labels)],
    ['meta', written(out.meta)],
    ['cache', out.cache ? undefined : false],
    ['persist', out.persist || undefined],
    ['remote', written(out.remote)],
    ['push', out.push ? undefined : false],
    ['files', filesList(out.files)],
  ]);
}

function dependencyMap(dep: DependencyRecord): YamlMap {
  if (dep.db !== undefined) {
    const db = mapOf([...dep.db].map(([key, value]) => [key, written(value)] as const));
    return mapOf([['db', written(db)]]);
  }
  if (dep.repo !== undefined) {
    return mapOf([
      ['path', dep.path],
      ['repo', repoMap(dep.repo)],
    ]);
  }
  return mapOf([
    ...(dep.files === undefined ? [...hashRows(dep.hash), ...metaRows(dep)] : []),
    ...hashNameRows(dep),
    ['path', dep.path === undefined ? undefined : writtenPath(dep.path)],
    ['fs_config', written(dep.fsConfig)],
    ['files', filesList(dep.files)],
  ]);
}

function repoMap(repo: RepoReference): YamlMap {
  return mapOf([
    ['url', repo.url],
    ['rev', written(repo.rev)],
    ['rev_lock', written(repo.revLock)],
    ['config', written(repo.config)],
    ['remote', written(repo.remote)],
  ]);
}

/** The value, or `undefined` where DVC takes it for nothing: empty texts and collections, null, false and zero. */
function written(value: YamlValue | undefined): YamlValue | undefined {
  if (isYamlList(value)) {
    return value.length === 0 ? undefined : value;
  }
  if (isYamlMap(value)) {
    return value.size === 0 ? undefined : value;
  }
  const number = typeof value === 'object' && value !== null && 'float' in value ? value.float : value;
  return Number.isNaN(number) || Boolean(number) ? value : undefined;
}

/** DVC writes paths inside the project anew, relative to the stage's folder. */
function writtenPath(path: string): string {
  return isExternalPath(path) ? path : normalisePath(path);
}

function normalisePath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..' && segments.length > 0 && segments.at(-1) !== '..') {
      segments.pop();
    } else if (segment !== '' && segment !== '.') {
      segments.push(segment);
    }
  }
  return segments.join('/') || '.';
}
